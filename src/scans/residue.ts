/** What the mother still holds of this Sovereign, in every place of the platform facts §2.5. Read-only. */
import type { ClaimInventory, ClaimMention } from '../mother/jobs/claim-jobs.js';
import { command } from '../support/commands/command.js';
import { recordsInMemory, scratchVolume } from './process-memory.js';
import { backupPlaces, motherGitPlaces, unreadablePlaces } from './residue/kept.js';
import { type NameTools, poolPlace, zonePlaces } from './residue/names.js';
import { motherPlaces } from './residue/objects.js';
import { nameAlone, ownWanted, tracesOf } from './residue/traces.js';
import type { Finding, Scanned, ScanResult } from './scan.js';
import { type ScanPlace, scanPlaces } from './scan-places.js';

export interface ResidueTools extends NameTools {
  /** Files on the claim, as a short Job lists them. */
  inventory(): Promise<ClaimInventory>;
  /** Ids of this Sovereign's records, from wherever they are known. */
  ids: readonly string[];
  /** When catalyst-api was stopped for the erasure; its Pods must be younger. */
  stoppedAt?: string;
  erasedAt?: string;
  /** Of the run that looks: its own Lease and Jobs are no residue. */
  runId?: string;
  /** Leaves out what stays in any case: her Git and her backups. */
  withoutKept?: true;
}

const erase = command('handover decommission');

export async function scanResidue(look: Scanned, tools: ResidueTools): Promise<ScanResult> {
  const traces = await tracesOf(look, tools.ids);
  const kept = tools.withoutKept
    ? []
    : [...(await motherGitPlaces(look, traces)), ...(await backupPlaces(look, tools.erasedAt))];
  const result = await scanPlaces([
    claimFiles(look, tools),
    recordsInMemory(look, { ...tools, remedy: erase }),
    scratchVolume(look, { ...tools, remedy: erase }),
    poolPlace(look),
    ...zonePlaces(look, tools, ownWanted(traces)),
    ...(await motherPlaces(look, traces, tools.runId)),
    ...kept,
  ]);
  return { ...result, unlooked: [...unreadablePlaces] };
}

/** What of a name can be read without a Job on the mother and without its cluster, which may be gone: pool, zones and objects. */
export async function scanTraces(look: Scanned, tools: NameTools): Promise<ScanResult> {
  const traces = nameAlone(look.sovereign.spec.fqdn);
  return scanPlaces([
    poolPlace(look),
    ...zonePlaces(look, tools, ownWanted(traces)),
    ...(await motherPlaces(look, traces)),
  ]);
}

function claimFiles(look: Scanned, tools: ResidueTools): ScanPlace {
  const { namespace, claim } = look.sovereign.spec.mother.catalyst;
  return {
    place: `PersistentVolumeClaim ${namespace}/${claim}: deployments, kubeconfigs, executions, tofu, temporary files`,
    how: 'a short Job on the mother that mounts it read-only and compares ids and FQDNs exactly',
    async look() {
      const { files, mentions, ids } = await tools.inventory();
      const where = `${namespace}/${claim}`;
      const own = files.map((file) => ({
        id: `claim ${file}`,
        where,
        what: file,
        breaks: `the mother still holds state of ${ids.length} records, including access to the cluster`,
        remedy: erase,
      }));
      return [...own, ...mentions.map((mention) => mentionedFile(where, mention))];
    },
  };
}

/** A file that neither an id nor a field gives to this Sovereign is never erased; where nobody else owns it, a person decides. */
function mentionedFile(where: string, { path, owner }: ClaimMention): Finding {
  return {
    id: `claim ${path}`,
    where,
    what: `${path} mentions this Sovereign`,
    breaks: 'the mother may still hold state of this Sovereign: nothing on the claim identifies the owner of the file',
    remedy: `read ${path} on the claim and delete it by hand if it is this Sovereign's`,
    mention: true,
    ...(owner === 'shared' ? { accepted: 'only mentions this Sovereign and belongs to others; it is left alone' } : {}),
  };
}
