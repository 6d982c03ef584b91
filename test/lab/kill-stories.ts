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
  // preflight has its deadlines
  again: [3],
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
  again: [10],
});
/** The short ones first: a verification begins from its beginning after each kill, and what was hit in one is passed by in the next. */
const alone = [...['D3', 'D5', 'D6', 'D7', 'D8', 'D9', 'D10', 'D11', 'D12', 'D13', 'D15'], ...['D17', 'D22', 'D23']];
const dods = [...alone.map((item) => dod(item, '--only', item)), dod('the rest', '--skip', alone.join())];

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

const after = (setUp: KillChain['setUp'], [first, ...others]: readonly KillChain[]): KillChain[] => [
  { ...first!, setUp: [...setUp!, ...(first!.setUp ?? [])] },
  ...others,
];
const undisturbed = (...chains: readonly KillChain[]) => chains.map(({ command, again }) => ({ args: command, again }));

/** A lab each, so that none waits for another; what comes before a story is disturbed by nobody. */
export const stories = {
  purge: async (catalyst) => [await purge(catalyst)],
  'the walk': async () => [walk('6')],
  destroy: async () => after(undisturbed(walk('6')), [destroy]),
  handover: async (catalyst, lab) => {
    await addReconcilers(lab);
    return after(undisturbed(walk('6')), [abort, finalize, decommission, await rotate(catalyst)]);
  },
  'verify dod': async () => after(undisturbed(walk('6'), finalize, decommission), dods),
  'back and forth': async (_, lab) => {
    await addReconcilers(lab);
    return after(undisturbed(walk('6')), [finalizeOrBack]);
  },
} satisfies Record<string, Story>;

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
