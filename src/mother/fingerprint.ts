/** Fingerprint of the protected set: taken before and after whatever touches the mother; a difference stops the run. */
import type { Sovereign } from '../sovereign/schema.js';
import type { Clock } from '../support/clock.js';
import { fail, messageOf } from '../support/errors.js';
import { hashOf, sha256 } from '../support/hash.js';
import type { Http } from '../tools/http.js';
import type { Kube, KubeObject } from '../tools/kube.js';
import { isProtectedNamespace, ownPrefix, protectedPages } from './protected-set.js';

export interface ObjectPrint {
  kind: string;
  namespace?: string;
  name: string;
  uid?: string;
  generation?: number;
  /** Hash of spec, or of data for what has none; secrets only ever as this hash. */
  hash: string;
  readyReplicas?: number;
}

export interface PagePrint {
  url: string;
  status: number;
  bodyHash: string;
  certificate?: string;
  error?: string;
}

export interface Fingerprint {
  at: string;
  objects: ObjectPrint[];
  pages: PagePrint[];
}

export interface Difference {
  what: string;
  before: string;
  after: string;
}

interface Tools {
  sovereign: Sovereign;
  clock: Clock;
  http: Http;
  mother(): Promise<Kube>;
}

const kinds: readonly { apiVersion: string; kind: string }[] = [
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'v1', kind: 'Secret' },
  { apiVersion: 'v1', kind: 'ConfigMap' },
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
  { apiVersion: 'traefik.io/v1alpha1', kind: 'Middleware' },
  { apiVersion: 'cert-manager.io/v1', kind: 'Certificate' },
];
/** Kinds in catalyst's own namespace on the mother that the demos share (console.openova.io). */
const sharedKinds = new Set(['Ingress', 'Middleware', 'Certificate', 'Service']);
const isShared = ({ kind, type }: KubeObject) =>
  sharedKinds.has(kind) || (kind === 'Secret' && type === 'kubernetes.io/tls');

/** Throws when the mother cannot be read: nothing may be compared with what was not seen. */
export async function takeFingerprint(tools: Tools): Promise<Fingerprint> {
  const { sovereign, clock } = tools;
  const kube = await tools.mother();
  const own = sovereign.spec.mother.catalyst.namespace;
  const lists = await Promise.all(kinds.map((kind) => kube.list(kind)));
  const objects = lists
    .flat()
    .filter((object) => !object.metadata.name.startsWith(ownPrefix))
    .filter((object) => {
      const namespace = object.metadata.namespace ?? '';
      return isProtectedNamespace(sovereign, namespace) || (namespace === own && isShared(object));
    })
    .map(printObject)
    .sort((a, b) => idOf(a).localeCompare(idOf(b)));
  if (objects.length === 0) {
    throw fail('E5002', `No object of the protected set was found on the mother cluster (${kube.server}).`, {
      actions: ['check that --mother-kubeconfig is the mother and may read all namespaces'],
    });
  }
  const pages = await Promise.all(protectedPages(sovereign).map((url) => printPage(tools.http, url)));
  return { at: clock.now().toISOString(), objects, pages };
}

function printObject(object: KubeObject): ObjectPrint {
  const { kind, metadata } = object;
  const content = object.spec ?? { data: object.data, type: object.type };
  return {
    kind,
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    generation: metadata.generation,
    hash: hashOf(content).slice(0, 16),
    readyReplicas: ['Deployment', 'StatefulSet'].includes(kind) ? (object.status?.readyReplicas ?? 0) : undefined,
  };
}

async function printPage(http: Http, url: string): Promise<PagePrint> {
  try {
    const { status, text, certificate } = await http({ url, timeoutMs: 15_000 });
    return { url, status, bodyHash: sha256(text).slice(0, 16), certificate: certificate?.sha256 };
  } catch (error) {
    return { url, status: 0, bodyHash: '', error: messageOf(error) };
  }
}

const idOf = (print: ObjectPrint) => `${print.kind} ${print.namespace ?? ''}/${print.name}`;

/** What is different; empty when the protected set is as it was. */
export function compareFingerprints(before: Fingerprint, after: Fingerprint): Difference[] {
  const differences: Difference[] = [];
  const old = new Map(before.objects.map((print) => [idOf(print), print]));
  const now = new Map(after.objects.map((print) => [idOf(print), print]));
  for (const [id, print] of old) {
    const other = now.get(id);
    if (!other) differences.push({ what: id, before: 'there', after: 'gone' });
    else differences.push(...changes(id, { ...print }, { ...other }));
  }
  for (const id of now.keys()) if (!old.has(id)) differences.push({ what: id, before: 'not there', after: 'new' });
  for (const page of before.pages) {
    const other = after.pages.find((one) => one.url === page.url);
    differences.push(...changes(page.url, { ...page, error: undefined }, { ...other, error: undefined }));
  }
  return differences;
}

function changes(what: string, before: Record<string, unknown>, after: Record<string, unknown>): Difference[] {
  return Object.keys(before)
    .filter((key) => before[key] !== after[key])
    .map((key) => ({ what: `${what} ${key}`, before: String(before[key]), after: String(after[key]) }));
}

/** Pages that do not answer 2xx or 3xx, whatever they did before. */
export function deadPages(print: Fingerprint): PagePrint[] {
  return print.pages.filter((page) => page.status < 200 || page.status >= 400);
}

/** Throws E5003 naming each difference. */
export function requireUnchanged(before: Fingerprint, after: Fingerprint): void {
  const differences = compareFingerprints(before, after);
  if (differences.length === 0) return;
  const told = differences.slice(0, 5).map(({ what, before, after }) => `${what}: ${before} → ${after}`);
  throw fail('E5003', `The protected set on the mother is not as it was: ${told.join('; ')}.`, {
    actions: ['catalyst verify protected', 'find out who changed it before going on'],
    data: { differences },
  });
}
