/**
 * Login plugins of kubeconfigs (client-go credential plugins): a program that prints an ExecCredential. It runs beside everything
 * else, and what it printed counts until it expires or a server refuses it.
 */
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { checkShape } from '../../support/check-shape.js';
import { type CatalystError, clauseOf, fail, isCatalystError, messageOf } from '../../support/errors/errors.js';
import type { Exec } from '../../tools/exec/exec.js';

export interface PluginRunner {
  exec: Exec;
  /** All that plugins get of the environment: the caller's without the secrets that are catalyst's own. */
  env: Readonly<Record<string, string | undefined>>;
  now: () => Date;
}

/** `users[].user.exec` of a kubeconfig. */
export const execSchema = z.object({
  apiVersion: z.string().default('client.authentication.k8s.io/v1'),
  command: z.string().min(1),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
  installHint: z.string().nullish(),
  provideClusterInfo: z.boolean().nullish(),
  interactiveMode: z.enum(['Never', 'IfAvailable', 'Always']).nullish(),
});
export type ExecConfig = z.output<typeof execSchema>;

const credentialSchema = z.object({
  kind: z.literal('ExecCredential'),
  status: z
    .object({
      token: z.string().min(1).nullish(),
      clientCertificateData: z.string().min(1).nullish(),
      clientKeyData: z.string().min(1).nullish(),
      expirationTimestamp: z.string().nullish(),
    })
    .refine((status) => status.token || (status.clientCertificateData && status.clientKeyData), {
      message: 'neither a token nor a certificate with its key',
    }),
});

export interface ExecCredential {
  token?: string;
  cert?: string;
  key?: string;
}

export interface CredentialPlugin {
  /** What is known while it lasts at least `forMs` longer; the plugin's answer otherwise, and when `again` says that it was refused. */
  credential(wish?: { again?: boolean; forMs?: number }): Promise<ExecCredential>;
}

const runMs = 60_000;

/** @param file the kubeconfig, beside which a relative command is looked for; @param cluster as the kubeconfig has it */
export function createCredentialPlugin(
  config: ExecConfig,
  file: string,
  cluster: Readonly<Record<string, unknown>>,
  { exec, env, now }: PluginRunner,
): CredentialPlugin {
  let known: { until: number; value: ExecCredential } | undefined;
  let running: Promise<ExecCredential> | undefined;

  const run = async (): Promise<ExecCredential> => {
    if (config.interactiveMode === 'Always')
      throw broken(config, 'it requires a terminal (interactiveMode: Always), which catalyst does not provide');
    const spec = { interactive: false, ...(config.provideClusterInfo ? { cluster: clusterInfo(cluster) } : {}) };
    const info = { apiVersion: config.apiVersion, kind: 'ExecCredential', spec };
    const own = Object.fromEntries((config.env ?? []).map(({ name, value }) => [name, value]));
    const command = config.command.includes('/') ? resolve(dirname(file), config.command) : config.command;
    let said: string;
    try {
      const environment = { ...env, ...own, KUBERNETES_EXEC_INFO: JSON.stringify(info) };
      said = (await exec({ file: command, args: config.args ?? [], environment, timeoutMs: runMs })).stdout;
    } catch (error) {
      throw isCatalystError(error) ? broken(config, clauseOf(error), error) : error;
    }
    const { status } = parsed(config, said);
    const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp } = status;
    const until = expirationTimestamp ? Date.parse(expirationTimestamp) : Number.POSITIVE_INFINITY;
    const value = { token: token ?? undefined, cert: cert ?? undefined, key: key ?? undefined };
    known = { until: Number.isNaN(until) ? 0 : until, value };
    return value;
  };

  return {
    async credential({ again = false, forMs = 0 } = {}) {
      if (running) return running;
      if (!again && known && known.until > now().getTime() + forMs) return known.value;
      running = run().finally(() => {
        running = undefined;
      });
      return running;
    },
  };
}

function parsed(config: ExecConfig, said: string) {
  let value: unknown;
  try {
    value = JSON.parse(said);
  } catch {
    throw broken(config, 'its output is not JSON');
  }
  const credential = checkShape(credentialSchema, value);
  if (credential.success) return credential.data;
  const [issue] = credential.error.issues;
  throw broken(config, `its output is not an ExecCredential: ${issue?.path.join('.')} ${issue?.message}`);
}

function broken(config: ExecConfig, why: string, cause?: unknown): CatalystError {
  return fail('E3008', `The login plugin ${config.command} of the kubeconfig failed: ${messageOf(why)}.`, {
    cause,
    actions: [
      ...(config.installHint ? [config.installHint.trim()] : []),
      `run it: ${[config.command, ...(config.args ?? [])].join(' ')}`,
    ],
  });
}

/** What a plugin may be told of the cluster, by its own names. */
function clusterInfo(cluster: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const told = [
    'server',
    'tls-server-name',
    'insecure-skip-tls-verify',
    'certificate-authority-data',
    'proxy-url',
  ] as const;
  const extensions = Array.isArray(cluster['extensions']) ? cluster['extensions'] : [];
  const config = extensions.find((one) => one?.name === 'client.authentication.k8s.io/exec')?.extension;
  return {
    ...Object.fromEntries(told.flatMap((name) => (cluster[name] === undefined ? [] : [[name, cluster[name]]]))),
    ...(config === undefined ? {} : { config }),
  };
}
