/**
 * A complete verdict of PASS as a verification writes it, made in-process, to be forged: its files, and a key to sign them with again.
 * The same for every other verdict, as its change makes it.
 */
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blueprintNames } from '../../src/blueprints/catalog/catalog.js';
import { gitUrl } from '../../src/blueprints/render/variables.js';
import { type NewEntry, openJournal } from '../../src/engine/journal.js';
import { type Predicate, readBundle, type Statement, writeBundle } from '../../src/evidence/bundle.js';
import { openSigner, type Signer } from '../../src/evidence/signing.js';
import { targetOf } from '../../src/handover/mother/redirect.js';
import type { HandoverRecord } from '../../src/handover/record.js';
import { protectedPages } from '../../src/mother/protected/protected-set.js';
import { bucketName, objectStorageEndpoint } from '../../src/sovereign/object-storage.js';
import { createRedactor } from '../../src/support/redact/redact.js';
import { checklist } from '../../src/verification/dod/checklist.js';
import type { DodReport } from '../../src/verification/dod/report.js';
import { type EvidenceRequest, writeEvidence } from '../../src/verification/dod/write-evidence.js';
import { exerciseNames } from '../../src/verification/experiment/exercises.js';
import { type Experiment, judge, type Observed } from '../../src/verification/experiment/experiment.js';
import { leftOutClasses } from '../../src/verification/experiment/judge/left-out.js';
import { canaryName, watchedNames } from '../../src/verification/experiment/probes.js';
import type { ProbeClass } from '../../src/verification/experiment/samples.js';
import { reprovisionFolder } from '../../src/verification/rehearsal/kept-files.js';
import { estimates } from '../../src/walk/estimates.js';
import { tickets, unticketed } from '../../src/walk/wbs.js';
import type { Step } from '../../src/world/step.js';
import { honestWindow } from './egress-window.js';
import { fakeWorld, omantel } from './fake-world.js';
import { observed, ticks, witnesses } from './observed-kill.js';
import { clockAt, identity, rehearsed } from './rehearsed.js';

export interface Parts {
  files: Record<string, string>;
  predicate: Predicate;
}

const at = '2026-11-22T10:00:00.000Z';
const sovereign = omantel();
const { fqdn } = sovereign.spec;
const runId = 'run-of-verdict';
const ids = ['0123456789abcdef'];

const steps = [...tickets.map((one) => ({ ...one, needs: one.dependsOn })), ...unticketed].map(
  ({ id, title, phase, needs }) => ({ id, title, phase, needs }) as unknown as Step,
);
const walkedSteps = steps.filter(({ phase }) => phase < 8);

export function experimentOf(change: Partial<Observed> = {}): Experiment {
  const pages = protectedPages(sovereign);
  const served = [...watchedNames, 'DNS 203.0.113.10', ...pages];
  const classes: [string, ProbeClass][] = [
    [canaryName, 'control'],
    ...served.map((name): [string, ProbeClass] => [name, pages.includes(name) ? 'protected' : 'sovereign']),
    ...witnesses.map((name): [string, ProbeClass] => [name, 'witness']),
  ];
  const exercise = { class: 'x', ok: true, from: 5000, to: 9000, reason: 'seen' };
  return judge(
    observed({
      startedAt: at,
      control: { name: canaryName, url: 'https://mother/' },
      probeClasses: Object.fromEntries(classes),
      samples: [
        ...ticks(canaryName, (t) => t >= 4000 && t < 26_000),
        ...[...served, ...witnesses].flatMap((name) => ticks(name)),
      ],
      exercises: exerciseNames.map((name) => ({ ...exercise, name })),
      notExercised: [leftOutClasses.pull, leftOutClasses.cut].map((cls) => ({ class: cls, reason: 'not here' })),
      lab: true,
      ...change,
    }),
  );
}

const look = (when: string) => {
  const chart = { name: 'chart', version: '1.0.0' };
  const status = {
    conditions: [{ type: 'Ready', status: 'True' }],
    observedGeneration: 1,
    history: [{ chartVersion: '1.0.0', digest: 'sha256:1' }],
  };
  const release = (name: string) => ({
    ...{ apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', status },
    metadata: { namespace: 'flux-system', name, generation: 1 },
    spec: { chart: { spec: { chart: chart.name, version: chart.version } } },
  });
  return {
    at: when,
    releases: {
      blueprints: [...blueprintNames],
      expected: blueprintNames.map((name) => ({ blueprint: name, name, releaseName: name, namespace: name, chart })),
      ofOrganizations: [],
      live: blueprintNames.map(release),
      archives: {},
      installed: blueprintNames.map((name) => ({
        ...{ namespace: name, name, status: 'deployed', chart: chart.name, version: chart.version },
      })),
      published: Object.fromEntries(blueprintNames.map((name) => [name, { archive: 'sha256:1', by: 'its pin' }])),
    },
    workloads: { specified: [], workloads: [], claims: [], pods: [], scaled: [] },
    single: [],
  };
};

function evidenceOf(key: string): Record<string, unknown> {
  const { spec } = sovereign;
  const endpoint = objectStorageEndpoint(spec);
  const page = (path: string, status: number, location?: string) => ({ path, status, hash: 'h', location });
  const target = targetOf({ sovereign });
  const pages = ids
    .flatMap((id) => [`/sovereign/${id}`, `/sovereign/provision/${id}`])
    .flatMap((path) => ['', '?tab=jobs&from=mail', '/cloud/architecture?node=cp1'].map((tail) => ({ path, tail })));
  const canary = (reached: boolean) => ({
    hosts: { 'github.com': { addresses: reached ? ['192.0.2.1'] : [], reached, direct: reached } },
    resolvers: {},
  });
  return {
    D1: { looks: [look('2026-11-22T10:01:00.000Z'), look('2026-11-22T10:01:31.000Z')], releases: [], single: [] },
    D3: {
      sources: [
        { kind: 'GitRepository', name: 'GitRepository flux-system/x', address: gitUrl(sovereign), suspended: false },
      ],
      tree: {},
      push: { ok: true, reason: 'seen' },
    },
    D4: {
      delegation: { ok: true, summary: 'delegated', nameServers: [`ns1.${fqdn}`], addresses: ['203.0.113.10'] },
      own: [{ server: '203.0.113.10', addresses: ['203.0.113.10'] }],
      resolvers: ['1.1.1.1', '8.8.8.8'].map((server) => ({
        ...{ server, addresses: ['203.0.113.10'], rcode: 'NOERROR', zone: 'NOERROR', authenticated: false },
      })),
      parents: [{ server: '192.0.2.53', signed: false }],
    },
    D5: {
      hosts: [{ host: `console.${fqdn}`, authorized: true, sans: [`DNS:*.${fqdn}`], subject: 'CN=x' }],
      issuers: [{ name: 'letsencrypt', solvers: ['http://powerdns.powerdns.svc:8081'] }],
      certificates: [{ name: 'traefik/wildcard', ready: true, renewalTime: '2027-01-22T10:00:00Z' }],
      renewal: { ok: true, summary: 'renewed', facts: {} },
      at,
    },
    D8: { pushes: { images: [{ name: 'library/app:1', blobs: 2, missing: [] }], blobs: 2 } },
    D9: {
      velero: {
        locations: [{ name: 'BackupStorageLocation velero/default', bucket: bucketName(spec, 'velero'), endpoint }],
        backups: [{ name: 'daily', key: 'backups/daily/velero-backup.json', there: true }],
        objects: 3,
      },
      databases: {
        unsaved: [],
        archives: [
          { name: 'Cluster gitea/db', bucket: bucketName(spec, 'postgres'), endpoint, key: 'db/', there: true },
        ],
      },
      etcd: { bucket: bucketName(spec, 'etcd'), at, since: '2026-11-22T09:00:00Z' },
    },
    D13: { nodePool: { server: 'catalyst-omantel-omani-works-probe-1', id: 77, type: 'cx33' } },
    D18: {
      target,
      pages: pages.map(({ path, tail }) => page(`${path}${tail}`, 301, `${target}${tail.replace(/^\//, '')}`)),
      others: [page('/', 200)],
      routes: { problems: [], objects: 4, pages: [{ url: 'https://console.openova.io/nova' }] },
    },
    D19: { kind: 'lab', estimates: estimates.lab },
    D20: {
      ...{ at, maxAgeMs: 30 * 86_400_000, key },
      today: { fqdn: 'test.omani.works', at, hetzner: [], buckets: [], mother: [] },
    },
    D21: {
      files: ['https://console.omantel.omani.works/sovereign/assets/index.js'],
      page: {
        url: 'https://console.omantel.omani.works/sovereign/0123456789abcdef/cloud/architecture',
        ...{ status: 200, files: ['https://console.omantel.omani.works/sovereign/assets/index.js'] },
      },
      ...{ watching: true, onDemand: 0, servers: ['cp1'] },
      ...{ volumes: ['gitea/gitea-pg-1'], claims: ['gitea/gitea-pg-1', 'loki/loki-0'] },
      wanted: { 'bp-gitea': ['bp-gitea'] },
      installed: ['bp-gitea'],
    },
    D22: { windows: [honestWindow(sovereign)] },
    D23: {
      ...{ engine: 'emulated', asked: true, offMs: 3000, recoverMs: 120_000, problems: [], audit: [] },
      order: { waves: [['bp-cilium'], ['bp-openbao']], cycles: [] },
      block: {
        ...{ grade: 'L1', hosts: ['github.com'], allowed: [], before: canary(true), during: canary(false) },
        ...{ afterStart: canary(false), after: canary(true) },
      },
      off: { from: Date.parse(at) + 1000, to: Date.parse(at) + 4000, servers: { cp1: 'off' }, answered: [] },
      recoveredAt: Date.parse(at) + 12_000,
      nodes: { cp1: { before: 'boot-1', after: 'boot-2' } },
      pods: { total: 9, notReady: [], ranOn: [] },
      seal: { type: 'static', initialized: true, sealed: false },
      databases: [{ name: 'gitea/gitea-pg', ready: 1, wanted: 1 }],
      ...{ probes: { gitea: '' }, reconciled: '9 sources, Kustomizations and releases reconciled' },
    },
  };
}

const record: HandoverRecord = {
  ...{ version: 1, fqdn, runId: 'walk', state: 'DECOMMISSIONED', ids, items: [] },
  begun: { at, by: 'me@here', runId: 'walk', plan: 'p' },
  history: [
    { state: 'ACTIVATED', at: '2026-11-22T09:00:00.000Z' },
    { state: 'DECOMMISSIONED', at },
  ],
  refusals: [{ what: 'kubeconfig', answer: 'refused', at }],
};

const print = (when: string) => ({
  ...{ version: 2 as const, at: when, names: [] },
  objects: [{ kind: 'Deployment', namespace: 'sme', name: 'shop', metadata: 'm', hash: 'h' }],
  pages: protectedPages(sovereign).map((url) => ({ url, status: 200, bodyHash: 'b' })) as never,
});
const scan = (cluster: string) => ({
  findings: [],
  looked: ['configmaps', 'deployments', 'helmreleases', 'kustomizations', 'pods', 'secrets', 'services'].map(
    (kind) => ({
      ...{ place: `${kind} (v1) on ${cluster}`, how: 'list', answer: 'looked' as const, ok: true, found: 0 },
    }),
  ),
});

/** @returns lines of the journal when the verdict began */
function journaled(stateDir: string, command: Record<string, unknown>): number {
  const open = (id: string) =>
    openJournal({
      ...{ path: join(stateDir, 'journal.jsonl'), runId: id, by: 'me@here' },
      ...{ clock: clockAt(at), redactor: createRedactor() },
    });
  const walk = open('walk');
  const lines: NewEntry[] = [
    { kind: 'bound', inputs: { fqdn, world: identity } },
    { kind: 'run-started', plan: 'p', inputs: { command: 'wizard' } },
    ...walkedSteps.flatMap(({ id }): NewEntry[] => [
      { kind: 'step-started', step: id },
      { kind: 'proof', step: id, evidence: { summary: `${id} seen`, facts: {} } },
    ]),
    { kind: 'run-finished', inputs: { ok: true } },
  ];
  for (const line of lines) walk.append(line);
  walk.close();
  const verdict = open(runId);
  verdict.append({ kind: 'run-started', inputs: command });
  const before = verdict.entries.length;
  const target = { system: 'mother' as const, kind: 'Deployment', namespace: 'catalyst', name: 'catalyst-api' };
  verdict.append({ kind: 'step-started', step: 'dod' });
  verdict.append({ kind: 'begin', op: '1', step: 'dod', target, inputs: { sentence: 'scale it to 0' } });
  verdict.append({ kind: 'ok', op: '1', step: 'dod', target, inputs: { sentence: 'scale it to 0' } });
  verdict.close();
  return before;
}

let made: Promise<Written> | undefined;

export interface Written extends Parts {
  signer: Signer;
  /** Path of the bundle. */
  file: string;
}

/** Made once; copies of the files are yours to change. */
export async function cleanVerdict(): Promise<Written> {
  made ??= writtenVerdict();
  const { files, predicate, signer, file } = await made;
  return { files: { ...files }, predicate: structuredClone(predicate), signer, file };
}

export interface WrittenChange {
  /** Bends what the verification writes. */
  change?: (request: EvidenceRequest) => void;
  /** Of the run that takes it. */
  command?: Record<string, unknown>;
}

export async function writtenVerdict({
  change = () => undefined,
  command = { command: 'verify dod' },
}: WrittenChange = {}): Promise<Written> {
  const stateDir = mkdtempSync(join(tmpdir(), 'catalyst-verdict-'));
  mkdirSync(stateDir, { recursive: true });
  const journalLines = journaled(stateDir, command);
  const wiped = await rehearsed({ steps: steps.filter(({ phase }) => phase <= 6).map(({ id }) => id) });
  const world = fakeWorld({
    ...{ sovereign, stateDir, runId, clock: clockAt(at), binaries: undefined },
    tree: async () => ({ hash: 't' }) as never,
  });
  const evidence = evidenceOf(wiped.key);
  const report: DodReport = {
    ...{ fqdn, verdict: 'PASS', complete: true, startedAt: at, finishedAt: '2026-11-22T10:05:00.000Z' },
    ...{ lab: true, world: identity, experiment: experimentOf(), journalLines },
    items: checklist.map(({ id, title, repeat }) => ({
      ...{ id, title, repeat, status: 'pass', reason: '', at, evidence: evidence[id] },
    })),
  };
  const inner = await readBundle(wiped.bundle);
  const texts = [...inner.files].filter(([path]) => path !== 'report.html');
  const request: EvidenceRequest = {
    ...{ report, steps, handover: record, umbilical: scan('the Sovereign'), residue: scan('the mother') },
    ...{ before: print('2026-11-22T08:00:00.000Z'), after: print(at) },
    proofs: Object.fromEntries(walkedSteps.map(({ id }) => [id, { summary: `${id} seen`, facts: {} }])),
    texts: Object.fromEntries(texts.map(([path, bytes]) => [`${reprovisionFolder}${path}`, bytes.toString()])),
  };
  change(request);
  const { bundle: file } = await writeEvidence(world, request);
  return { ...(await partsOf(file)), file, signer: await openSigner(world.credentials) };
}

/** What a bundle is made of, to be changed and signed again. */
export async function partsOf(file: string): Promise<Parts> {
  const { files, envelope } = await readBundle(file);
  const { predicate } = JSON.parse(Buffer.from(envelope.payload, 'base64').toString()) as Statement;
  const own = [...files].filter(([path]) => !['index.json', 'statement.dsse.json'].includes(path));
  return { predicate, files: Object.fromEntries(own.map(([path, bytes]) => [path, bytes.toString()])) };
}

/** The parts as a bundle, signed with that key. */
export async function signedBundle({ files, predicate }: Parts, signer: Signer): Promise<string> {
  const file = join(mkdtempSync(join(tmpdir(), 'catalyst-bundle-')), 'dod.tar');
  await writeBundle({ file, files, predicate, signer });
  return file;
}
