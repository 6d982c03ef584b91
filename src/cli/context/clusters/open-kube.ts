/** Opens a cluster by its kubeconfig: our own calls, and the file that kubectl and helm read, which stands as long as its credential. */
import { delimiter } from 'node:path';
import type { Kube, KubeWriter, ServiceCaller } from '../../../kubernetes/client/kube.js';
import { secretVariables } from '../../../sovereign/credentials/credential-input.js';
import type { Clock } from '../../../support/clock.js';
import type { Dialer } from '../../../tools/dialer/dialer.js';
import type { Exec } from '../../../tools/exec/exec.js';
import { assertEncrypted } from '../credentials/encrypted-endpoints.js';
import type { Kubeconfigs } from './kubeconfigs.js';

export interface KubeTools {
  exec: Exec;
  kubectl: () => Promise<string>;
  dialer: Dialer;
  clock: Clock;
  env: Readonly<Record<string, string | undefined>>;
  kubeconfigs: Pick<Kubeconfigs, 'write'>;
  warn: (text: string) => void;
  signal: AbortSignal;
  undoSignal: AbortSignal;
}

export interface OpenKube {
  kube: Kube & KubeWriter & ServiceCaller;
  /** Brings the file that kubectl and helm read up to date. */
  ready(): Promise<void>;
}

/** A program that we start works for at most this long with the credential that stands in its file. */
const childMs = 4 * 60_000;

/** @param file `path` may be a list of files. Throws E3101 for no kubeconfig, E3008 when its login plugin fails. */
export async function openKube(file: { path: string; context?: string }, tools: KubeTools): Promise<OpenKube> {
  const [{ createKube }, { readKubeconfig }, { standaloneKubeconfig }] = await Promise.all([
    import('../../../kubernetes/client/kube-client.js'),
    import('../../../kubernetes/client/kubeconfig.js'),
    import('../../../kubernetes/client/kubeconfig-written.js'),
  ]);
  const { exec, clock, env, kubeconfigs, warn, kubectl, dialer, signal, undoSignal } = tools;
  const runner = { exec, env: withoutSecrets(env), now: clock.now };
  const access = readKubeconfig(file.path, file.context, runner);
  const field = `the server in ${file.path}`;
  assertEncrypted([{ field, address: access.server, credential: 'the login of the kubeconfig' }], warn);
  if (access.insecure)
    warn(`The TLS certificate of ${access.server} is not verified: insecure-skip-tls-verify is set in ${file.path}.`);
  // What kubectl cannot read as it is: a list of files with --kubeconfig, and a login that it would run a plugin for each time.
  const own = access.renewable || file.path.includes(delimiter);
  let path = file.path;
  let written = '';
  const ready = async () => {
    if (!own) return;
    const text = standaloneKubeconfig(access, await access.identity({ forMs: childMs }));
    if (text === written) return;
    path = kubeconfigs.write(text, written === '' ? undefined : path);
    written = text;
  };
  await ready();
  const { context } = file;
  return {
    kube: createKube({ kubeconfig: path, context, access, ready, dialer, kubectl, exec, clock, signal, undoSignal }),
    ready,
  };
}

/** What login plugins get: the caller's environment without what catalyst took from it for itself. */
export function withoutSecrets(env: KubeTools['env']): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !secretVariables.includes(name)));
}
