/** Bundles whose raw data shows a failure, with what says how to read it bent so that it is not counted; each signed with the right key. */
import { sha256 } from '../../../src/support/hash.js';
import { judge } from '../../../src/verification/experiment/experiment.js';
import { canaryName } from '../../../src/verification/experiment/probes.js';
import { fail, type RiggedWorld, type Row, worldsOn } from '../rigged-world.js';
import { type BundleWorld, edit, onBundles } from '../stages/bundles.js';
import { all, byOtherVersion, reasoned, withoutStep } from '../stages/forgeries.js';

type Bent = Omit<Row<BundleWorld>, 'item' | 'expected'> & { refused: RegExp };

/** The experiment as its own judge comes to it again: the forger knows how to call it. */
// biome-ignore lint/suspicious/noExplicitAny: a forger knows no types
const bent = (change: (experiment: any) => void) => (world: BundleWorld) => {
  edit(world, 'dod.json', (report) => {
    change(report.experiment);
    report.experiment = judge(report.experiment);
  });
  const { experiment } = JSON.parse(world.files['dod.json']!);
  world.predicate.windowMs = experiment.window.requestedMs;
};
interface Sampled {
  probe: string;
  ok: boolean;
  t: number;
}
const downAllTheTime = (samples: Sampled[], name: string) => {
  for (const one of samples) if (one.probe === name && one.t > 4000 && one.t < 25_000) one.ok = false;
};

const otherProof = (world: BundleWorld) => {
  edit(world, 'proofs.json', (proofs) => ({ ...proofs, '#372': { error: 'no route' } }));
};

/** A line of another run behind the walk, which the verification is said not to have seen; the chain is whole. */
function failedLater(world: BundleWorld): void {
  const lines = world.files['journal.jsonl']!.split('\n').filter(Boolean);
  const all = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const begun = all.findIndex(({ kind, run }) => kind === 'run-started' && run === world.predicate.runId);
  const later = {
    ...all[begun - 1],
    kind: 'step-failed',
    step: '#380',
    run: 'other-run',
    inputs: { message: 'it broke' },
  };
  all.splice(begun, 0, later);
  let prev = '';
  const chained = all.map((entry, index) => {
    const text = JSON.stringify({ ...entry, seq: index + 1, prev });
    prev = sha256(text);
    return `${text}\n`;
  });
  world.files['journal.jsonl'] = chained.join('');
  edit(world, 'dod.json', (report) => {
    report.journalLines = begun;
  });
}

const rows: Bent[] = [
  {
    id: 'bundle-page-as-canary',
    gap: 'the class of a probe',
    rigged: 'the registry was down throughout the kill, and its probe is called one that is to turn red',
    refused: /the kill experiment has registry as "control"/,
    rig: bent((seen) => {
      downAllTheTime(seen.samples, 'registry');
      seen.probeClasses.registry = 'control';
    }),
  },
  {
    id: 'bundle-page-as-witness',
    gap: 'who the witnesses are',
    rigged: 'a demo hung throughout the kill, and its probe is called a witness',
    refused: /the kill experiment has https:\/\/console\.openova\.io\/nova\/ as "witness"/,
    rig: bent((seen) => {
      seen.probeClasses['https://console.openova.io/nova/'] = 'witness';
    }),
  },
  {
    id: 'bundle-other-canary',
    gap: 'which probe is the canary',
    rigged: 'the canary stayed green, and the console, which was down, is called the canary',
    refused: /the canary of the kill experiment is "console"/,
    rig: bent((seen) => {
      downAllTheTime(seen.samples, 'console');
      for (const one of seen.samples) if (one.probe === canaryName) one.ok = true;
      seen.probeClasses.console = 'control';
      seen.control.name = 'console';
    }),
  },
  {
    id: 'bundle-unlisted-probe',
    gap: 'samples of a probe that is not listed',
    rigged: 'a name server was down throughout the kill, and the list of probes lacks it',
    refused: /samples of DNS 203\.0\.113\.11, which is none of its probes/,
    rig: bent((seen) => {
      const other = seen.samples.filter(({ probe }: Sampled) => probe === 'DNS 203.0.113.10');
      seen.samples.push(...other.map((one: Sampled) => ({ ...one, probe: 'DNS 203.0.113.11', ok: false })));
    }),
  },
  {
    id: 'bundle-slow-probes',
    gap: 'how often a probe was to be sampled',
    rigged: 'the interval of the probes is said to be an hour, so that no gap between samples is one',
    refused: /the kill experiment sampled every 3600000 ms/,
    rig: bent((seen) => {
      seen.window.intervalMs = 3_600_000;
    }),
  },
  {
    id: 'bundle-short-window',
    gap: 'a window that no command takes',
    rigged: 'the window that was asked for is one millisecond',
    refused: /a window of 1 ms shows nothing/,
    rig: bent((seen) => {
      seen.window.requestedMs = 1;
      // the mother was not down for longer than is announced for that
      seen.window.faultAt = 3500;
    }),
  },
  {
    id: 'bundle-renewal-taken-out',
    gap: 'the renewal in the window',
    rigged: 'a certificate was not renewed while catalyst-api was dead, and the exercise was taken out',
    refused: /without the exercises a certificate is renewed/,
    rig: bent((seen) => {
      seen.exercises = seen.exercises.filter(({ name }: { name: string }) => name !== 'a certificate is renewed');
    }),
  },
  {
    id: 'bundle-cut-taken-out',
    gap: 'what is neither there nor named as left out',
    rigged: 'the cut from the mother did not bite, and was taken out',
    refused: /neither its two-sided cut nor a reason why not/,
    rig: bent((seen) => {
      seen.notExercised = seen.notExercised.filter(({ class: cls }: { class: string }) => cls !== 'two-sided cut');
    }),
  },
  {
    id: 'bundle-canary-taken-out',
    gap: 'the canary inside of the Sovereign',
    rigged: 'a Pod of the Sovereign still heard catalyst-api, and its words were taken out',
    refused: /neither its canary inside the Sovereign nor a reason why not/,
    rig: bent((seen) => {
      seen.canaryInside = [];
    }),
  },
  {
    id: 'bundle-step-left-out',
    gap: 'a proof of a step that there is not',
    rigged: 'the proof of a ticket failed, and the list of steps lacks the ticket',
    refused: /a proof of #372, which is none of its steps before phase 8/,
    rig(world) {
      otherProof(world);
      edit(world, 'steps.json', (steps: { id: string }[]) => steps.filter(({ id }) => id !== '#372'));
    },
  },
  {
    id: 'bundle-step-of-other-phase',
    gap: 'the phase of a step',
    rigged: 'the proof of a ticket failed, and the list of steps has the ticket in phase 8',
    refused: /a proof of #372, which is none of its steps before phase 8/,
    rig(world) {
      otherProof(world);
      edit(world, 'steps.json', (steps: { id: string; phase: number }[]) => {
        for (const step of steps) if (step.id === '#372') step.phase = 8;
      });
    },
  },
  {
    id: 'bundle-step-without-a-trace',
    gap: 'the steps that the WBS has',
    rigged: 'a ticket was left out of the list of steps, its proof with it',
    refused: /its steps\.json does not have step #372 in phase 1/,
    rig: withoutStep('#372'),
  },
  {
    id: 'bundle-ticket-of-other-version',
    gap: 'the tickets that every version has',
    rigged: 'the same, and the statement says that another version wrote it',
    refused: /its steps\.json does not have step #372 in phase 1/,
    rig: all(byOtherVersion, withoutStep('#372')),
  },
  {
    id: 'bundle-journal-cut-short',
    gap: 'where the verification begins in the journal, too early',
    rigged: 'a step failed after it was proven, and the verification is said to have begun before that',
    refused: /a line of run other-run \(\d+\) after the verification began/,
    rig: failedLater,
  },
  {
    id: 'bundle-journal-read-on',
    gap: 'where the verification begins in the journal, too late',
    rigged: 'what the verification itself changed is said to have been there before it',
    refused: /line \d+ of its journal is a change that the verification made/,
    rig: (world) =>
      edit(world, 'dod.json', (report) => {
        report.journalLines += 3;
      }),
  },
];

export const worlds: readonly RiggedWorld[] = worldsOn(
  onBundles,
  rows.map(({ refused, rig, ...row }) => ({
    ...row,
    item: 'bundle',
    expected: fail(refused),
    rig: async (world) => {
      rig(world);
      await reasoned(world);
    },
  })),
);
