/** A mother in memory that holds nothing of the Sovereign but what a parent must know, and a journal that knows the id of an erased record. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { residueOf } from '../../../src/handover/mother/residue.js';
import type { HandoverRecord } from '../../../src/handover/record.js';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import type { InventoryPage } from '../../../src/mother/jobs/claim-jobs.js';
import { residueZero } from '../../../src/verification/dod/checks/independence.js';
import { lookForMother, withoutMother } from '../../../src/verification/dod/mother-lost.js';
import type { Scope } from '../../../src/verification/dod/scope.js';
import { memoryCluster, motherCluster, rig } from '../../unit/handover/rig.js';
import type { Stage } from '../rigged-world.js';
import { fqdn, lostId, ownAddress, ownCa } from './leftovers.js';

interface RecordSet {
  name: string;
  type: string;
  records: string[];
}

export interface ResidueWorld {
  objects: KubeObject[];
  /** Rows of the inventory by which files are ours, as the short Job answers them. */
  files: string[];
  zones: Record<string, RecordSet[]>;
  pool: { subdomain: string; sovereignFQDN?: string }[];
  /** Files of the mother's Git. */
  tree: Record<string, string>;
  /** Ids that catalyst-api serves. */
  inMemory: string[];
  record: Partial<HandoverRecord>;
  /** Left out: the journal knows nothing. */
  journaled: boolean;
  /** Where OpenTofu works, below /tmp. */
  scratch: Record<string, unknown>;
  /** She is switched off: nothing of her answers. */
  off?: true;
}

const delegation: RecordSet[] = [
  { name: `${fqdn}.`, type: 'NS', records: [`ns1.${fqdn}.`] },
  { name: `ns1.${fqdn}.`, type: 'A', records: [ownAddress] },
];

const honest = (): ResidueWorld => ({
  objects: [],
  files: [],
  zones: { 'omani.works.': [...delegation, { name: 'shop.omani.works.', type: 'A', records: ['192.0.2.10'] }] },
  pool: [{ subdomain: 'omantel', sovereignFQDN: fqdn }, { subdomain: 'otech' }],
  tree: {},
  inMemory: [],
  scratch: { emptyDir: {} },
  record: { ids: [], state: 'DECOMMISSIONED', stoppedAt: '2026-11-01T00:00:00Z' },
  journaled: true,
});

/** A journal of one line: the proof of a handover in this folder. */
function journal(): string {
  const folder = mkdtempSync(join(tmpdir(), 'catalyst-residue-'));
  const entry = {
    ...{ v: 1, seq: 1, prev: '', run: 'r', kind: 'proof', step: '#319', at: '2026-11-01T00:00:00Z', by: 'a@b' },
    evidence: { summary: 's', facts: { ids: [lostId] } },
  };
  writeFileSync(join(folder, 'journal.jsonl'), `${JSON.stringify(entry)}\n`);
  return folder;
}

const node: KubeObject = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'cp1' },
  status: {
    addresses: [
      { type: 'ExternalIP', address: ownAddress },
      { type: 'InternalIP', address: '10.0.1.1' },
    ],
  },
};
const authority: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'kube-system', name: 'kube-root-ca.crt' },
  data: { 'ca.crt': ownCa.certificate },
};
const source: KubeObject = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  metadata: { namespace: 'flux-system', name: 'openova-public' },
  spec: { url: 'https://github.example/mother/fleet', ref: { branch: 'main' } },
};

function http(world: ResidueWorld, call: string) {
  if (call.includes('/pool/')) {
    const allocations = world.pool.map((row) => ({ poolDomain: 'omani.works', state: 'active', ...row }));
    return { text: JSON.stringify({ poolDomain: 'omani.works', allocations }) };
  }
  if (call.endsWith('/zones')) return { text: JSON.stringify(Object.keys(world.zones).map((name) => ({ name }))) };
  const zone = /\/zones\/(\S+)$/.exec(call)?.[1];
  if (zone !== undefined) {
    const sets = world.zones[zone];
    if (!sets) return { status: 404, text: '{"error":"Not Found"}' };
    const rrsets = sets.map((set) => ({ ttl: 300, ...set, records: set.records.map((content) => ({ content })) }));
    return { text: JSON.stringify({ rrsets }) };
  }
  const id = /deployments\/([a-f0-9]+)$/.exec(call)?.[1];
  return id === undefined ? undefined : { status: world.inMemory.includes(id) ? 200 : 404, text: '{}' };
}

async function judged(world: ResidueWorld, judge: (made: ReturnType<typeof rig>) => Promise<unknown>) {
  const inventory = (): InventoryPage => ({
    ...{ ids: [], count: world.files.length, total: world.files.length, rows: world.files, inFlight: [] },
    hash: createHash('sha256').update(world.files.join('\n')).digest('hex'),
  });
  const mother = motherCluster({ inventory });
  for (const object of [source, ...world.objects])
    mother.objects.set(`${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`, object);
  const { spec: pod } = mother.objects.get('Deployment catalyst/catalyst-api')!.spec.template;
  pod.containers[0].volumeMounts.push({ name: 'scratch', mountPath: '/tmp/catalyst' });
  pod.volumes.push({ name: 'scratch', ...world.scratch });
  const made = rig(mother, memoryCluster([node, authority]), (call) => http(world, call));
  const stateDir = world.journaled ? journal() : '/nowhere';
  if (world.off)
    made.world.mother = async () => ({ ...mother.kube, raw: () => Promise.reject(new Error('ECONNREFUSED')) });
  const git = { read: async () => ({ sha: 'b'.repeat(40), files: new Map(Object.entries(world.tree)) }) };
  Object.assign(made.world, { stateDir, git });
  try {
    return await judge(made);
  } finally {
    if (world.journaled) rmSync(stateDir, { recursive: true, force: true });
  }
}

export const onResidue: Stage<ResidueWorld> = {
  honest,
  judge: (world) =>
    judged(
      world,
      async ({ world: made, context }) =>
        withoutMother('D15', await lookForMother(made)) ??
        residueZero({ world: made, context, record: world.record } as unknown as Scope),
    ) as ReturnType<typeof residueZero>,
};

/** The scan itself. */
export const scanOf = (world: ResidueWorld) =>
  judged(world, ({ world: made, context }) => residueOf(made, context, { ids: [], ...world.record })) as ReturnType<
    typeof residueOf
  >;
