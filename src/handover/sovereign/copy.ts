/** COPIED: the Sovereign holds its own GitOps tree and the facts of its record. VERIFIED: both sides hash the same. */
import { z } from 'zod';
import type { Mutation } from '../../engine/mutation.js';
import type { KubeObject } from '../../kubernetes/client/kube.js';
import { fail } from '../../support/errors/errors.js';
import { hashOf } from '../../support/hash.js';
import type { GitRemote } from '../../tools/git/git.js';
import { jsonOf } from '../../tools/http/http-json.js';
import type { World } from '../../world/world.js';
import type { Handover } from '../handover.js';
import type { HandoverItem } from '../record.js';
import { giteaRemote, treeFiles } from './gitea.js';
import { liveHead, placeTree, requireOwnCommits } from './gitea-tree.js';

/** Fields of a deployment record that may travel; everything else stays behind, tokens above all. */
const allowed = ['id', 'status', 'startedAt', 'finishedAt', 'sovereignFQDN', 'region', 'phase1FinishedAt'] as const;
const allowedResult = ['sovereignFQDN', 'controlPlaneIP', 'loadBalancerIP', 'consoleURL', 'gitopsRepoURL'] as const;

export const recordsRef = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'catalyst-system',
  name: 'catalyst-sovereign-records',
};

export function recordsMutation(world: World): Mutation {
  const { name, namespace } = recordsRef;
  return {
    target: { system: 'sovereign', kind: 'ConfigMap', namespace, name },
    sentence: `copy the facts of ${world.sovereign.spec.fqdn}'s deployment records to ConfigMap ${namespace}/${name} on the Sovereign`,
  };
}

/** What the mother tells of one record, by its API, through the allow-list; undefined when it knows no such id. */
export async function deploymentFacts(world: World, id: string): Promise<Record<string, unknown> | undefined> {
  const base = world.sovereign.spec.mother.catalyst.consoleUrl.replace(/\/$/, '');
  const url = `${base}/sovereign/api/v1/deployments/${id}`;
  const answer = await world.http({ url, timeoutMs: 20_000, signal: world.signal });
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw fail('E5004', `catalyst-api on the mother answered ${answer.status} to ${url}.`);
  const fields = z.record(z.string(), z.unknown());
  const record = jsonOf(answer, `catalyst-api at ${base}`, fields);
  const result = fields.catch({}).parse(record.result);
  return { ...pick(record, allowed), result: pick(result, allowedResult) };
}

function pick(from: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]));
}

/** Pushes the tree and copies the records; every item with the hash of what the mother or the renderer had. */
export async function makeCopies(handover: Handover): Promise<void> {
  const { world, act, record } = handover;
  const remote = await giteaRemote(world);
  const files = await treeFiles(world);
  const sha = await placeTree(handover, remote, files);
  record.revision = `${world.sovereign.spec.gitops.branch}@sha1:${sha}`;
  keepItem(record.items, {
    id: 'gitops-tree',
    what: `GitOps tree, ${files.length} files, commit ${sha}`,
    fate: 'copied',
    before: hashOfFiles(files.map(({ path, text }) => [path, text])),
  });

  const facts: Record<string, unknown> = {};
  for (const id of record.ids) {
    const found = await deploymentFacts(world, id);
    if (found) facts[id] = found;
  }
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: recordsRef.name, namespace: recordsRef.namespace },
    data: { 'records.json': JSON.stringify(facts) },
  };
  await act(recordsMutation(world), async (writers) => (await writers.sovereign()).apply([object]));
  keepItem(record.items, {
    id: 'records',
    what: `${Object.keys(facts).length} deployment records, without credentials`,
    fate: 'copied',
    before: hashOf(facts),
  });
}

/** Reads every copy back and compares. Throws E5103 naming the first that is not equal, E5111 where people committed meanwhile. */
export async function verifyCopies(handover: Handover): Promise<void> {
  const { world, record } = handover;
  const remote = await giteaRemote(world);
  const { branch } = world.sovereign.spec.gitops;
  const live = await liveHead(world, remote);
  if (live !== undefined) record.revision = `${branch}@sha1:${live}`;
  else await verifyTree(handover, remote);
  const kube = await world.kube();
  const copy = await kube.get(recordsRef);
  equal(record.items, 'records', hashOf(JSON.parse(copy?.data?.['records.json'] ?? 'null')));
}

async function verifyTree(handover: Handover, remote: GitRemote): Promise<void> {
  const { world, record } = handover;
  const { branch } = world.sovereign.spec.gitops;
  await requireOwnCommits(handover, remote);
  const { sha, files } = await world.git.read(remote, branch);
  equal(record.items, 'gitops-tree', hashOfFiles([...files]));
  if (record.revision === `${branch}@sha1:${sha}`) return;
  throw fail('E5103', `Gitea of the Sovereign is at ${sha}, but ${record.revision} was pushed.`, {
    actions: copyAgain,
  });
}

/** COPIED is not reached again by itself: abort takes the copies away, and the next run copies them. */
const copyAgain = ['catalyst handover abort', 'catalyst handover finalize'];

/** Content hash of files, whatever their order. */
function hashOfFiles(files: [path: string, text: string][]): string {
  return hashOf(files.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function equal(items: HandoverItem[], id: string, after: string): void {
  const item = items.find((one) => one.id === id);
  if (item) item.after = after;
  if (item?.before === after) return;
  throw fail('E5103', `The copy of ${item?.what ?? id} on the Sovereign differs from what was copied.`, {
    actions: copyAgain,
    data: { item: id, before: item?.before, after },
  });
}

export function keepItem(items: HandoverItem[], item: HandoverItem): void {
  const index = items.findIndex((one) => one.id === item.id);
  if (index < 0) items.push(item);
  else items[index] = item;
}

export function removeCopyMutation(): Mutation {
  const { name, namespace } = recordsRef;
  return {
    target: { system: 'sovereign', kind: 'ConfigMap', namespace, name },
    sentence: `delete ConfigMap ${namespace}/${name} on the Sovereign`,
  };
}
