/** Reads the kubeconfig from the first control plane over pinned SSH; the firewall lets SSH in only for that long. */
import type { Clock } from '../../support/clock.js';
import { command } from '../../support/commands/command.js';
import { fail, isCatalystError } from '../../support/errors/errors.js';
import { waitUntil } from '../../support/wait.js';
import { parseYamlStream } from '../../support/yaml/read-yaml.js';
import { toYaml } from '../../support/yaml/write-yaml.js';
import type { Ssh, SshTarget } from '../../tools/ssh/ssh.js';
import type { HetznerApi } from '../api/api.js';
import type { Firewall } from '../api/types.js';
import { type HetznerAct, type HetznerWriters, mutationOf } from '../mutation.js';
import { firewallRules, ruleBodies } from './parts.js';

export interface FetchTools {
  api: HetznerApi;
  ssh: Ssh;
  clock: Clock;
  signal: AbortSignal;
  act: HetznerAct;
  /** `act` for what is put back, also after an interrupt. */
  undo: HetznerAct;
  onWaiting?: (reason: string, deadline?: Date) => void;
}

export const openSentence = (firewall: string, from: readonly string[]) =>
  `let SSH in through firewall ${firewall} from ${from.join(', ')} while the kubeconfig is read`;
export const closeSentence = (firewall: string) => `close SSH in firewall ${firewall} again`;

/** Throws E4003 at the deadline, E2001 when cloud-init says that it failed, E3004 on another host key. */
export async function fetchKubeconfig(
  tools: FetchTools,
  firewall: Firewall,
  target: SshTarget,
  sshFrom: readonly string[],
  timeoutMs: number,
): Promise<string> {
  const open = mutationOf({ kind: 'firewall', name: firewall.name, sentence: openSentence(firewall.name, sshFrom) });
  await tools.act(open, (writers) => setRules(tools, writers, firewall, sshFrom));
  try {
    return await read(tools, target, timeoutMs);
  } finally {
    await closeSsh({ api: tools.api, act: tools.undo }, firewall);
  }
}

export async function closeSsh(tools: Pick<FetchTools, 'api' | 'act'>, firewall: Firewall): Promise<void> {
  const close = mutationOf({ kind: 'firewall', name: firewall.name, sentence: closeSentence(firewall.name) });
  await tools.act(close, (writers) => setRules(tools, writers, firewall, []));
}

/** True when the firewall lets SSH in, as an interrupted run may have left it. */
export function letsSshIn(firewall: Firewall): boolean {
  return firewall.rules.some((rule) => rule.direction === 'in' && rule.protocol === 'tcp' && rule.port === '22');
}

async function setRules(
  { api }: Pick<FetchTools, 'api'>,
  { hetzner }: HetznerWriters,
  { id }: Firewall,
  sshFrom: readonly string[],
): Promise<void> {
  const rules = ruleBodies(firewallRules(sshFrom));
  await api.settle(await (await hetzner()).act('firewall', id, 'set_rules', { rules }));
}

async function read({ ssh, clock, signal, onWaiting }: FetchTools, target: SshTarget, timeoutMs: number) {
  return waitUntil<string>({
    reason: `k3s on ${target.host}`,
    timeoutMs,
    clock,
    signal,
    onPending: onWaiting,
    pauseMs: 200,
    maxPauseMs: 5000,
    look: async () => {
      try {
        const stage = (await ssh.readFile(target, '/var/lib/catalyst/stage'))?.trim();
        if (stage?.startsWith('failed')) throw bootFailed(target.host, stage);
        const text = await ssh.readFile(target, '/etc/rancher/k3s/k3s.yaml');
        return text?.includes('certificate-authority-data')
          ? { done: text }
          : { pending: `cloud-init on ${target.host} is at stage "${stage ?? 'start'}"` };
      } catch (error) {
        if (isCatalystError(error, 'E3003')) return { pending: error.message };
        throw error;
      }
    },
  });
}

function bootFailed(host: string, stage: string) {
  return fail('E2001', `cloud-init on ${host} ${stage}.`, {
    actions: [
      `ssh root@${host} cat /var/log/cloud-init-output.log`,
      command('cluster destroy'),
      command('cluster create'),
    ],
  });
}

interface Kubeconfig {
  clusters: { name: string; cluster: Record<string, unknown> }[];
  [key: string]: unknown;
}

/** k3s writes 127.0.0.1 as server; seen from outside it is `address`. The certificate authority stays pinned. */
export function kubeconfigFor(text: string, address: string): string {
  const [config] = parseYamlStream(text) as [Kubeconfig | undefined];
  if (!config?.clusters?.length)
    throw fail('E2001', 'The kubeconfig read from the control plane has no cluster in it.');
  const clusters = config.clusters.map((one) => ({
    ...one,
    cluster: { ...one.cluster, server: `https://${address}:6443` },
  }));
  return toYaml({ ...config, clusters });
}
