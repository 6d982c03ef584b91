/** Which commands are killed, in which order on one lab, and what is counted. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { labFqdn } from '../../lab/src/start/lab-info.js';
import { type Catalyst, catalystAtHome, type LabInfo } from './catalyst.js';
import { endState } from './end-state.js';
import { type KillChain, type Killed, type KillOptions, killChain } from './kill-chain.js';
import { kubeOf } from './left-on-mother.js';
import { reconciler } from './mother-reconciler.js';

export type Story = (catalyst: Catalyst, lab: LabInfo) => Promise<KillChain[]>;

const confirm = ['--confirm', labFqdn];

export const walk = (until: string): KillChain => ({
  name: `walk to phase ${until}`,
  command: ['wizard', '--yes', '--until', until],
});
/** Only back: what is frozen or copied there was frozen or copied before. */
export const abort: KillChain = {
  name: 'handover abort',
  setUp: [{ args: ['handover', 'finalize', ...confirm], diesAt: /end note state VERIFIED .* on the mother/ }],
  command: ['handover', 'abort'],
  otherWay: /begin (suspend|note state|push|copy) /,
};
const back = /begin (resume Flux|delete the handover record|delete repository|delete organization|move branch) /;
export const finalize: KillChain = {
  name: 'handover finalize',
  command: ['handover', 'finalize', ...confirm],
  otherWay: back,
};
export const finalizeOrBack: KillChain = { ...finalize, name: 'handover finalize or abort', back: abort.command };
export const decommission: KillChain = {
  name: 'handover decommission',
  command: ['handover', 'decommission', ...confirm],
};
const destroy: KillChain = { name: 'cluster destroy', command: ['cluster', 'destroy', ...confirm] };
const dod = (name: string, ...args: string[]): KillChain => ({
  name: `verify dod ${name}`,
  command: ['verify', 'dod', '--window', '8s', '--yes', ...args],
  ends: [0, 3],
});
/** By the items that take time, so that a run that goes on need not wait for the others first. */
const dods = [
  dod('D17', '--only', 'D17'),
  dod('D22', '--only', 'D22'),
  dod('D23', '--only', 'D23'),
  dod('the rest', '--skip', 'D17,D22,D23'),
];

async function purge({ home, lab, run }: Catalyst): Promise<KillChain> {
  const file = join(home, 'purge.json');
  const planned = await run(['purge', 'plan', '--out', file, '--lab', lab]);
  if (planned.code !== 0) throw new Error(planned.stderr);
  return { name: 'purge apply', command: ['purge', 'apply', file, ...confirm] };
}

async function rotate({ home, lab, run }: Catalyst): Promise<KillChain> {
  const file = join(home, 'new-keys');
  const made = await run(['lab', 'keys', '--make', '--lab', lab]);
  if (made.code !== 0) throw new Error(made.stderr);
  writeFileSync(file, made.stdout, { mode: 0o600 });
  return { name: 'credentials rotate', command: ['credentials', 'rotate', 'object-storage', '--from-file', file] };
}

/** Something to freeze, as somebody's mother has it. */
export async function addReconcilers({ kubeconfigs }: LabInfo): Promise<void> {
  const mother = kubeOf(kubeconfigs.mother);
  for (const name of ['omantel-apps', 'omantel-infra']) await mother.create(reconciler(name));
}

/** A lab each. */
export const stories: Record<string, Story> = {
  purge: async (catalyst) => [await purge(catalyst)],
  life: async (catalyst, lab) => {
    await addReconcilers(lab);
    return [walk('6'), abort, finalize, decommission, await rotate(catalyst), ...dods, destroy];
  },
  'back and forth': async (_, lab) => {
    await addReconcilers(lab);
    return [{ ...finalizeOrBack, setUp: [{ args: walk('6').command }] }];
  },
};

export interface Told extends Killed {
  chain: string;
  minutes: number;
  /** What is there afterwards. */
  left: string[];
}

/** The chains after one another on a lab of their own, each with its end state. `note` is told the figures of each. */
export async function killStory(story: Story, options: KillOptions, note?: (told: Told) => void): Promise<Told[]> {
  const temp = mkdtempSync(join(tmpdir(), 'kill-chain-temp-'));
  const catalyst = catalystAtHome('kill-chain', { TMPDIR: temp, CATALYST_LAB_HETZNER_RATE_LIMIT: '1000000' });
  try {
    const lab = await catalyst.up();
    const told: Told[] = [];
    for (const chain of await story(catalyst, lab)) {
      const from = Date.now();
      const killed = await killChain(catalyst, lab, { ...options, chain });
      const one = {
        chain: chain.name,
        ...killed,
        minutes: (Date.now() - from) / 60_000,
        left: await endState(catalyst, lab, temp),
      };
      told.push(one);
      note?.(one);
    }
    return told;
  } finally {
    await catalyst.close();
    rmSync(temp, { recursive: true, force: true });
  }
}
