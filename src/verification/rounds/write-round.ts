/** Puts a round into a signed bundle that names the one before it. */
import { join } from 'node:path';
import { reportPaths, writeBundle } from '../../evidence/bundle.js';
import { newestIn } from '../../evidence/chain.js';
import { bundleStem, openEvidenceFolder } from '../../evidence/evidence-folder.js';
import type { Signer } from '../../evidence/signing.js';
import type { ScanResult } from '../../scans/scan.js';
import { userAgent } from '../../support/user-agent.js';
import type { World } from '../../world/world.js';
import { paths } from '../rederive/raw-bundle.js';
import type { Round } from './round.js';

type Writing = Pick<World, 'stateDir' | 'redactor' | 'sovereign' | 'runId'>;

/** @returns path of the bundle. Throws E1201. */
export async function writeRound(world: Writing, signer: Signer, round: Round, umbilical: ScanResult): Promise<string> {
  const { folder } = openEvidenceFolder(world.stateDir, signer);
  const previous = newestIn(folder);
  const file = join(folder, `${bundleStem('round', round.finishedAt, round.verdict)}.tar`);
  const clean = (value: unknown) => `${JSON.stringify(world.redactor.clean(value), null, 2)}\n`;
  const { fqdn, verdict, finishedAt, lab, world: of } = round;
  await writeBundle({
    file,
    signer,
    predicate: {
      ...{ fqdn, verdict, complete: round.unlooked.length === 0, at: finishedAt, runId: world.runId, planHash: '' },
      ...{ by: userAgent, kind: 'round', lab, world: of },
      ...(previous ? { previous } : {}),
    },
    files: {
      [reportPaths.round]: clean(round),
      [paths.scans]: clean({ umbilical }),
      [paths.spec]: clean(world.sovereign),
    },
  });
  return file;
}
