/** COPIED: the Sovereign holds its own GitOps tree and the facts of its record. VERIFIED: both sides hash the same. */
import { z } from 'zod';
import type { Mutation } from '../../engine/mutation.js';
import type { KubeObject } from '../../kubernetes/client/kube.js';
import { deploymentsUrl, isSessionNeeded } from '../../mother/deployment-api.js';
import { type FactsPage, readFacts } from '../../mother/jobs/claim-jobs.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { hashOf } from '../../support/hash.js';
import type { GitRemote } from '../../tools/git/git.js';
import { jsonOf } from '../../tools/http/http-json.js';
import { keepSealingKeys, keptFingerprints } from '../../walk/credentials/sealing-keys.js';
import type { World } from '../../world/world.js';
import { askClaim, type Handover } from '../handover.js';
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
async function factsByApi(world: World, id: string): Promise<Record<string, unknown> | undefined> {
  const url = `${deploymentsUrl(world.sovereign)}/${id}`;
  const answer = await world.http({ url, timeoutMs: 20_000, signal: world.signal, again: true });
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw fail('E5004', `catalyst-api on the mother answered ${answer.status} to ${url}.`);
  const fields = z.record(z.string(), z.unknown());
  const record = jsonOf(answer, `catalyst-api at ${url}`, fields);
  const result = fields.catch({}).parse(record.result);
  return { ...pick(record, allowed), result: pick(result, allowedResult) };
}

/** The facts of all records, by id: from the API, and where that requires a session, from the files that it serves them from. */
export async function deploymentFacts({ world, act, record, progress }: Handover): Promise<Record<string, unknown>> {
  const { fqdn } = world.sovereign.spec;
  if (await isSessionNeeded(world)) {
    progress.output('catalyst-api on the mother requires a session; the records are read from its claim instead');
    const read = await readFacts((offset) => askClaim<FactsPage>(world, act, 'facts', record.ids, { offset }));
    return Object.fromEntries(
      Object.entries(read).map(([id, facts]) => {
        const named = { id, sovereignFQDN: fqdn, ...facts };
        return [id, { ...pick(named, allowed), result: pick(named, allowedResult) }];
      }),
    );
  }
  const facts: Record<string, unknown> = {};
  for (const id of record.ids) {
    const found = await factsByApi(world, id);
    if (found) facts[id] = found;
  }
  return facts;
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

  const facts = await deploymentFacts(handover);
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
  const { names } = await keepSealingKeys(world);
  keepItem(record.items, {
    id: 'sealing-keys',
    what: `${names.length} sealing keys, in the encrypted store of this machine`,
    fate: 'copied',
    before: hashOf(await fingerprints(world, 'cluster')),
  });
}

async function fingerprints(world: World, side: 'cluster' | 'store'): Promise<Record<string, unknown>> {
  const all = Object.entries(await keptFingerprints(world));
  return Object.fromEntries(all.map(([name, prints]) => [name, prints[side]]));
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
  // Records of earlier versions have no such item, and the controller may have made a key since.
  await keepSealingKeys(world);
  const keys = record.items.find((item) => item.id === 'sealing-keys');
  if (keys) keys.before = hashOf(await fingerprints(world, 'cluster'));
  if (keys) equal(record.items, 'sealing-keys', hashOf(await fingerprints(world, 'store')));
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
const copyAgain = [command('handover abort'), command('handover finalize')];

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
