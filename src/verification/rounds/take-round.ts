/** Takes one round: looks, compares with the round before, sends what is new, and signs what came of it. */
import { evidenceFolder } from '../../evidence/evidence-folder.js';
import { findPublicKey, openSigner } from '../../evidence/signing.js';
import { readRecordIfAny } from '../../handover/record.js';
import type { ScanResult } from '../../scans/scan.js';
import type { Act } from '../../world/step.js';
import type { World } from '../../world/world.js';
import type { Channel } from './channels.js';
import { deliver } from './deliver.js';
import { readEarlier } from './earlier.js';
import { judgeRound } from './judge.js';
import { lookAround, type RoundLook } from './look.js';
import type { Round } from './round.js';
import { writeRound } from './write-round.js';

export interface RoundTaken {
  round: Round;
  scan: ScanResult;
  /** Bundles of before that count for nothing, with why. */
  refused: readonly string[];
}

export interface RoundTools extends Pick<RoundLook, 'startWitness' | 'times'> {
  channels: readonly Channel[];
  act: Act;
}

/** Reads only, but for what its channels are sent. Throws what ends a run. */
export async function takeRound(world: World, tools: RoundTools): Promise<RoundTaken> {
  const { clock, redactor, sovereign, stateDir, credentials, signal, runId } = world;
  const startedAt = clock.now().toISOString();
  const identity = await world.identity();
  const lab = identity.kind === 'lab';
  const earlier = await readEarlier(evidenceFolder(stateDir), await findPublicKey(credentials));
  // A cluster that was not handed over has no record, and of one that does not answer the round before knows.
  const { record } = await readRecordIfAny(world);
  const handedOverAt = record?.pointOfNoReturnAt ?? earlier.round?.handedOverAt;
  const { remembered } = earlier;
  const { startWitness, times } = tools;
  // Cleaned first: what follows from it offline is then the same.
  const { scan, ...seen } = redactor.clean(
    await lookAround(world, { lab, handedOverAt, remembered, startWitness, times }),
  );
  const finishedAt = clock.now().toISOString();
  const judged = judgeRound({ scan, ...seen }, finishedAt, earlier.round);
  const about = { fqdn: sovereign.spec.fqdn, at: finishedAt, runId };
  const delivered = await deliver(judged, { ...tools, about, signal });
  const round: Round = {
    ...{ fqdn: about.fqdn, lab, world: identity, startedAt, finishedAt, ...seen, ...judged, ...delivered },
    ...(handedOverAt === undefined ? {} : { handedOverAt }),
    ...(earlier.round
      ? { before: { bundle: earlier.round.bundle, alarms: earlier.round.alarms, owed: earlier.round.owed } }
      : {}),
  };
  return { round, scan, refused: earlier.refused };
}

/** Signs it and puts it beside the others. */
export async function keepRound(world: World, { round, scan }: RoundTaken): Promise<string> {
  return writeRound(world, await openSigner(world.credentials), round, scan);
}
