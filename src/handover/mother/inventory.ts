/** PREPARED: everything that the mother stores or serves for this Sovereign, each item with its fate and, where it stays, why. */

import type { ClaimInventory } from '../../mother/jobs/claim-jobs.js';
import { openMotherDns } from '../../mother/mother-dns.js';
import { scanResidue } from '../../scans/residue.js';
import type { Finding, ScanResult } from '../../scans/scan.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { noClusterYet } from '../../world/kube-if-any.js';
import type { World } from '../../world/world.js';
import { type Fate, type HandoverItem, placesOf } from '../record.js';
import { bindingsOfMother, copiesThere, dropBindingMutation, dropCopyMutation } from './revoke.js';

export interface Inventory {
  items: HandoverItem[];
  /** Places that could not be read, with why. */
  unread: string[];
}

/**
 * Reads both clusters, DNS and the pool.
 * @param claim what a short Job listed on the mother's claim; without it, the files there are one item that is still to be read
 */
export async function takeWholeInventory(world: World, claim: ClaimInventory | undefined): Promise<Inventory> {
  const scan = await scanResidue(world, {
    inventory: async () => claim ?? { ids: [], count: 0, files: [], mentions: [], hash: '', inFlight: [] },
    dns: () => openMotherDns(world),
    ids: claim?.ids ?? [],
    runId: world.runId,
    withoutKept: true,
  });
  // below as what it is; that of a former cluster becomes the present one's
  const { ref } = placesOf(world).find(({ system }) => system === 'mother')!;
  const note = `ConfigMap ${ref.namespace}/${ref.name}`;
  const items = [
    ...copied(world),
    ...(claim ? claimItems(claim) : [unlistedClaim(world)]),
    ...scan.findings.filter(({ id }) => !id.startsWith('rrset ') && id !== note && !isOwnFile(id, claim)).map(itemOf),
    ...(await credentials(world)),
    ...structural(world),
    ...(await sources(world)),
  ];
  return { items, unread: unreadOf(scan) };
}

/** Throws E5112: what could not be read is never taken for empty. */
export function requireRead({ unread }: Inventory): void {
  if (unread.length === 0) return;
  throw fail('E5112', `The inventory is not complete: ${unread.join('; ')}. Nothing was changed.`, {
    actions: [command('verify residue'), command('handover finalize')],
    data: { unread },
  });
}

const unreadOf = ({ looked }: ScanResult): string[] =>
  looked.filter(({ ok }) => !ok).map(({ place, error }) => `${place}: ${error}`);

const isOwnFile = (id: string, claim: ClaimInventory | undefined): boolean =>
  claim?.files.some((file) => id === `claim ${file}`) ?? false;

/** Replaced by COPIED, with the hashes of both sides. */
function copied({ sovereign }: World): HandoverItem[] {
  const { organization, repository } = sovereign.spec.gitops;
  return [
    { id: 'gitops-tree', what: `the rendered GitOps tree, to ${organization}/${repository} in Gitea`, fate: 'copied' },
    { id: 'records', what: "facts of the mother's deployment records, without credentials", fate: 'copied' },
  ];
}

function unlistedClaim({ sovereign }: World): HandoverItem {
  const { namespace, claim } = sovereign.spec.mother.catalyst;
  const reason = 'a short Job lists them when the handover begins';
  return { id: 'claim', what: `files of its records on claim ${namespace}/${claim}`, fate: 'deleted', reason };
}

/** One item per record and per kubeconfig, and one for all else that is this Sovereign's. */
function claimItems({ ids, files, count, hash }: ClaimInventory): HandoverItem[] {
  const kubeconfigs = files.filter((file) => file.startsWith('kubeconfigs/'));
  const ofRecord = (id: string) => files.filter((file) => file.includes(id) && !kubeconfigs.includes(file)).length;
  return [
    {
      id: 'claim',
      what: `${count} files of ${ids.length} records on the mother's claim`,
      fate: 'deleted',
      reason: 'by the decommission, with catalyst-api stopped',
      before: hash,
    },
    ...ids.map(
      (id): HandoverItem => ({
        id: `record ${id}`,
        what: `deployment record ${id}, ${ofRecord(id)} files`,
        fate: 'deleted',
        reason: 'its facts are copied first',
      }),
    ),
    ...kubeconfigs.map(
      (file): HandoverItem => ({
        id: `claim ${file}`,
        what: `kubeconfig ${file} on the mother's claim`,
        fate: 'revoked',
        reason: 'tested, proven to be refused, then deleted',
      }),
    ),
  ];
}

/** What the residue scan found, by what becomes of it. */
function itemOf(finding: Finding): HandoverItem {
  const { id, where, what, accepted, remedy } = finding;
  const named = where === id ? `${where} ${what}` : `${what} (${where})`;
  if (accepted !== undefined) return { id, what: named, fate: 'kept', reason: accepted };
  if (remedy !== command('handover decommission')) return { id, what: named, fate: 'kept', reason: remedy };
  return { id, what: named, ...fateOf(id) };
}

function fateOf(id: string): { fate: Fate; reason: string } {
  if (id.startsWith('zone '))
    return { fate: 'moved', reason: "the Sovereign's own name servers serve it; the mother's copy is deleted" };
  if (id.startsWith('memory ')) return { fate: 'deleted', reason: 'catalyst-api is restarted without it' };
  if (id.startsWith('Secret '))
    return { fate: 'revoked', reason: 'access to the Sovereign; deleted by the decommission' };
  if (/^(Kustomization|HelmRelease|GitRepository) /.test(id))
    return { fate: 'deleted', reason: 'suspended by FROZEN, deleted by the decommission' };
  return { fate: 'deleted', reason: 'by the decommission' };
}

/** What the mother could act with on the Sovereign, and what only a person can replace. */
async function credentials(world: World): Promise<HandoverItem[]> {
  const [copies, bindings] = await Promise.all([
    ifThere(() => copiesThere(world)),
    ifThere(() => bindingsOfMother(world)),
  ]);
  const revoked = [...copies.map(dropCopyMutation), ...bindings.map(dropBindingMutation)].map(
    ({ target, sentence }): HandoverItem => ({
      id: `${target.kind} ${target.namespace ? `${target.namespace}/` : ''}${target.name} on the Sovereign`,
      what: sentence.replace(/^delete /, ''),
      fate: 'revoked',
      reason: 'deleted on the Sovereign; an original on the mother is shared and stays',
    }),
  );
  const byHand = 'no API revokes it: create a new one in the Hetzner console and delete the old one there';
  return [
    ...revoked,
    { id: 'hetzner-token', what: 'the Hetzner token that the mother was given', fate: 'kept', reason: byHand },
    { id: 's3-keys', what: 'the Object Storage keys that the mother was given', fate: 'kept', reason: byHand },
  ];
}

function structural(world: World): HandoverItem[] {
  const { fqdn } = world.sovereign.spec;
  const { ref } = placesOf(world).find(({ system }) => system === 'mother')!;
  return [
    {
      id: 'delegation',
      what: `NS and glue of ${fqdn} in the parent zone, and its row in the pool`,
      fate: 'kept',
      reason: 'the parent zone needs it; it reserves the name and contains no secret',
    },
    {
      id: 'os-and-k3s-downloads',
      what: 'one-time downloads of the operating system and k3s while the servers were created',
      fate: 'kept',
      reason: 'recorded, not cut: nothing running depends on them',
    },
    {
      id: 'own-record',
      what: `the handover's own record, ConfigMap ${ref.namespace}/${ref.name} on the mother, and its marks`,
      fate: 'deleted',
      reason: 'with the last step; the Sovereign keeps its copy',
    },
  ];
}

/** Where the Sovereign pulls charts and images from: this handover does not mirror them. */
async function sources(world: World): Promise<HandoverItem[]> {
  const list = async () =>
    (await world.kube()).list({ apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'HelmRepository' });
  const urls = [...new Set((await ifThere(list)).map(({ spec }) => String(spec?.url ?? '')))].filter(Boolean).sort();
  const reason = 'not mirrored by this handover: a new pull needs it';
  return [
    ...urls.map((url): HandoverItem => ({ id: `charts ${url}`, what: `charts from ${url}`, fate: 'kept', reason })),
    { id: 'images', what: 'container images, from the registries that the charts name', fate: 'kept', reason },
  ];
}

/** What a cluster that is not there yet would answer: nothing. */
export async function ifThere<T>(look: () => Promise<T[]>): Promise<T[]> {
  return (await look().catch(noClusterYet)) ?? [];
}
