/** Looks once: the umbilical scan, then the probes of the Sovereign until each is green or its time is over. Changes nothing. */
import { nameServerAddresses } from '../../handover/sovereign/name-server-addresses.js';
import type { ScanResult } from '../../scans/scan.js';
import type { Remembered } from '../../scans/umbilical/mother.js';
import { notInALab, scanUmbilical, unreadByRounds } from '../../scans/umbilical.js';
import { endsTheRun } from '../../support/errors/ends-the-run.js';
import { messageOf } from '../../support/errors/errors.js';
import { waitUntil } from '../../support/wait.js';
import { startLoopbackWitness } from '../../tools/exec/loopback-witness.js';
import type { World } from '../../world/world.js';
import { probeEveryMs } from '../dod/select.js';
import { probesOf, witnessesOf } from '../experiment/probes.js';
import { type Probe, type SamplerOptions, startSampler } from '../experiment/sampler.js';
import { within } from '../experiment/samples.js';
import { isGreenNow } from './probe-answers.js';
import type { RoundSeen } from './round.js';

export interface RoundLook {
  lab: boolean;
  handedOverAt?: string | undefined;
  remembered: Remembered;
  /** For tests: the witness is a process otherwise, and time is this machine's. */
  startWitness?: typeof startLoopbackWitness | undefined;
  times?: SamplerOptions['times'];
}

/** How long a probe that is not green is asked again: a rollout may be under way. */
const patienceMs = 60_000;

/** Throws what ends a run; what cannot be looked at is part of the answer. */
export async function lookAround(world: World, look: RoundLook): Promise<RoundSeen> {
  const scan = await scanUmbilical(world, {
    ...(look.handedOverAt === undefined ? {} : { handedOverAt: new Date(look.handedOverAt) }),
    absent: look.lab ? notInALab : unreadByRounds,
    remembered: look.remembered,
  }).catch((error: unknown) => notScanned(world, error));
  try {
    return { scan, ...(await sampleProbes(world, look)) };
  } catch (error) {
    rethrow(world, error);
    return { scan, samples: [], classes: {}, notProbed: messageOf(error) };
  }
}

/** The API server may be away: that is what a round is to find out. */
function notScanned(world: World, error: unknown): ScanResult {
  rethrow(world, error);
  return {
    findings: [],
    looked: [
      {
        place: 'the whole Sovereign',
        how: "the API's discovery, and lists of every kind",
        ok: false,
        answer: 'could not look',
        error: messageOf(error),
      },
    ],
    asked: world.sovereign.spec.independence.grade,
  };
}

function rethrow({ signal }: World, error: unknown): void {
  signal.throwIfAborted();
  if (endsTheRun(error)) throw error;
}

async function sampleProbes(
  world: World,
  { startWitness = startLoopbackWitness, times }: RoundLook,
): Promise<Pick<RoundSeen, 'samples' | 'classes'>> {
  const all = await probesOf(world, await nameServerAddresses(world));
  // The canary and the demos are the mother's, whom a round leaves alone.
  const own = all.filter((probe) => probe.class === 'sovereign');
  const witness = await startWitness();
  try {
    const probes = [...own, ...(await witnessesOf(world, witness.url))];
    const samples = await untilGreenNow(world, { probes, own, times });
    return { samples, classes: Object.fromEntries(probes.map((probe) => [probe.name, probe.class])) };
  } finally {
    await witness.stop();
  }
}

async function untilGreenNow(
  { clock, signal }: World,
  { probes, own, times }: { probes: readonly Probe[]; own: readonly Probe[]; times: SamplerOptions['times'] },
): Promise<RoundSeen['samples']> {
  const sampler = startSampler(probes, { clock, times, intervalMs: probeEveryMs, signal });
  const isGreen = ({ name }: Probe) => isGreenNow(within(sampler.samples, name, {}));
  try {
    await waitUntil({
      reason: 'every probe to be green',
      timeoutMs: patienceMs,
      maxPauseMs: probeEveryMs / 2,
      clock,
      signal,
      look: async () => {
        const red = own.find((probe) => !isGreen(probe));
        return red === undefined ? { done: true } : { pending: red.name };
      },
    }).catch(() => signal.throwIfAborted());
  } finally {
    await sampler.stop();
  }
  return sampler.samples;
}
