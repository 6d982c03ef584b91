/** Every reference from the Sovereign to the mother: what it names in its objects, and where its names come from. Read-only. */
import { isIP } from 'node:net';
import type { Kube, KubeObject } from '../kubernetes/client/kube.js';
import { parentZoneOf } from '../mother/protected/protected-set.js';
import type { Finding, Scanned, ScanResult } from './scan.js';
import { type ScanPlace, scanPlaces } from './scan-places.js';

export interface Needle {
  text: string;
  /** Upstream's public Git or registry: not the mother, but a tether all the same. */
  upstream?: boolean;
}

const upstream = ['github.com/openova-io', 'ghcr.io/openova-io', 'ghcr.io/v2/openova-io'];

/** Names and addresses by which anything of the mother is known, its names resolved by the parent's servers. */
export async function needlesOf(look: Scanned): Promise<Needle[]> {
  const { mother } = look.sovereign.spec;
  const urls = [mother.catalyst.consoleUrl, mother.powerdns.endpoint, mother.poolDomainManager.endpoint];
  const hosts = new Set([...mother.hosts, ...mother.powerdns.nameservers, ...urls.map((url) => new URL(url).hostname)]);
  const addresses = new Set(mother.addresses);
  for (const host of hosts) for (const address of await resolve(look, host)) addresses.add(address);
  return [...[...hosts, ...addresses].map((text) => ({ text })), ...upstream.map((text) => ({ text, upstream: true }))];
}

async function resolve(look: Scanned, host: string): Promise<string[]> {
  if (isIP(host)) return [host];
  for (const server of look.sovereign.spec.mother.powerdns.nameservers) {
    const reply = await look
      .dns({ server, name: host, type: 'A', transport: 'udp', timeoutMs: 3000, signal: look.signal })
      .catch(() => undefined);
    const found = reply?.answers.filter((record) => record.type === 'A').map((record) => String(record.data)) ?? [];
    if (found.length > 0) return found;
  }
  return [];
}

interface ScannedKind {
  apiVersion: string;
  kind: string;
  breaks: string;
  remedy: string;
}

const flux = 'while the mother is away nothing new is fetched from there';
const repoint = 'point it at the Sovereign itself: catalyst handover finalize';
const edit = 'change it in the GitOps tree, or by spec.blueprints.<bp>.values';

const kinds: readonly ScannedKind[] = [
  { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', breaks: flux, remedy: repoint },
  { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'OCIRepository', breaks: flux, remedy: repoint },
  { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'HelmRepository', breaks: flux, remedy: repoint },
  { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'Bucket', breaks: flux, remedy: repoint },
  {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    breaks: 'what it installs contacts the mother',
    remedy: edit,
  },
  { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', breaks: flux, remedy: edit },
  ...['Deployment', 'StatefulSet', 'DaemonSet'].map((kind) => ({
    apiVersion: 'apps/v1',
    kind,
    breaks: 'its Pods contact the mother, or cannot be pulled again',
    remedy: edit,
  })),
  { apiVersion: 'batch/v1', kind: 'CronJob', breaks: 'its runs fail', remedy: edit },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    breaks: 'what reads it contacts the mother; CoreDNS forwards are here too',
    remedy: edit,
  },
  {
    apiVersion: 'v1',
    kind: 'Secret',
    breaks: 'what uses it contacts the mother',
    remedy: 'replace or delete the Secret',
  },
  { apiVersion: 'v1', kind: 'Service', breaks: 'calls to it end at the mother', remedy: edit },
  { apiVersion: 'v1', kind: 'EndpointSlice', breaks: 'calls to it end at the mother', remedy: edit },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    breaks: 'its host or its sign-in is at the mother',
    remedy: edit,
  },
  ...['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'].map((kind) => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    breaks: 'objects are refused when the mother does not answer',
    remedy: edit,
  })),
  ...['ClusterIssuer', 'Issuer'].map((kind) => ({
    apiVersion: 'cert-manager.io/v1',
    kind,
    breaks: 'certificates are not renewed',
    remedy: edit,
  })),
  ...['ClusterSecretStore', 'SecretStore'].map((kind) => ({
    apiVersion: 'external-secrets.io/v1',
    kind,
    breaks: 'secrets are not refreshed',
    remedy: edit,
  })),
  { apiVersion: 'pkg.crossplane.io/v1', kind: 'Provider', breaks: 'the provider cannot be pulled again', remedy: edit },
];

export async function scanUmbilical(look: Scanned): Promise<ScanResult> {
  const needles = await needlesOf(look);
  const kube = await look.kube();
  return scanPlaces([
    ...kinds.map((kind) => place(look, kube, kind, needles)),
    parentServers(look),
    ownServers(look, needles),
  ]);
}

function place(look: Scanned, kube: Kube, scanned: ScannedKind, needles: readonly Needle[]): ScanPlace {
  const { apiVersion, kind } = scanned;
  return {
    place: `${kind}s on the Sovereign`,
    how: 'list in all namespaces; spec, data, images, environment and arguments searched for names and addresses of the mother',
    async look() {
      const objects = await kube.list({ apiVersion, kind });
      return objects.flatMap((object) => findIn(look, object, scanned, needles));
    },
  };
}

function findIn(look: Scanned, object: KubeObject, scanned: ScannedKind, needles: readonly Needle[]): Finding[] {
  const text = textOf(object);
  const { namespace, name } = object.metadata;
  const where = `${object.kind} ${namespace ? `${namespace}/` : ''}${name}`;
  // A Sovereign's own names contain none of the mother's, so plain search cannot hit them.
  return needles
    .filter((needle) => occurs(text, needle.text))
    .map((needle) => ({
      id: `${where} ${needle.text}`,
      where,
      what: object.kind === 'Secret' ? `holds a reference to ${needle.text}` : `names ${needle.text}`,
      breaks: scanned.breaks,
      remedy: scanned.remedy,
      ...acceptance(look, object, needle),
    }));
}

/** True when `needle` stands in `text` as a whole name or address. */
export function occurs(text: string, needle: string): boolean {
  for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) {
    const before = text[at - 1] ?? '';
    const after = text[at + needle.length] ?? '';
    const continued = /[a-z0-9-]/i.test(before) || (before === '.' && /[a-z0-9]/i.test(text[at - 2] ?? ''));
    if (!continued && !/[a-z0-9-]/i.test(after)) return true;
    if (before === '.' && isIP(needle) === 0) return true;
  }
  return false;
}

function acceptance(look: Scanned, object: KubeObject, needle: Needle): { accepted?: string } {
  const own = object.metadata.name.startsWith('catalyst-sovereign-');
  if (own) return { accepted: "the handover's own record of where things came from; nothing reads it to work" };
  if (needle.upstream === true && !look.sovereign.spec.charts.mirror) {
    return {
      accepted:
        "upstream's public Git or registry, not the mother; running components do not contact it, which D17 and D22 prove",
    };
  }
  if (needle.upstream === true) {
    return { accepted: "upstream's name for an image that the nodes hold; not the mother" };
  }
  return {};
}

/** Content without managed fields and status; Secrets decoded, never told. */
function textOf(object: KubeObject): string {
  const { apiVersion: _a, kind, metadata, status: _s, ...rest } = object;
  if (kind === 'Secret') {
    return Object.values(rest.data ?? {})
      .map((value) => Buffer.from(String(value), 'base64').toString('latin1'))
      .join('\n');
  }
  const { 'kubectl.kubernetes.io/last-applied-configuration': _l, ...annotations } = metadata.annotations ?? {};
  return JSON.stringify([rest, annotations]);
}

function parentServers(look: Scanned): ScanPlace {
  const { mother } = look.sovereign.spec;
  const parent = parentZoneOf(look.sovereign);
  return {
    place: `servers of the parent zone ${parent}`,
    how: `NS of ${parent}, queried at ${mother.powerdns.nameservers.join(', ')}`,
    async look() {
      const server = mother.powerdns.nameservers[0] ?? '';
      const reply = await look.dns({ server, name: parent, type: 'NS', transport: 'udp', signal: look.signal });
      const names = [...reply.answers, ...reply.authorities]
        .filter((record) => record.type === 'NS')
        .map((record) => String(record.data).replace(/\.$/, ''));
      const ours = names.filter((name) => mother.powerdns.nameservers.includes(name) || mother.hosts.includes(name));
      if (names.length === 0) throw new Error(`${server} names no servers of ${parent} (${reply.rcode})`);
      if (ours.length === 0) return [];
      return [
        {
          id: `parent ${parent}`,
          where: `zone ${parent}`,
          what: `served by the mother's ${ours.join(', ')}`,
          breaks: `new look-ups of ${look.sovereign.spec.fqdn} fail once the delegation's TTL has passed with the mother's DNS away`,
          remedy: `give ${parent} a secondary outside the mother (a Hetzner DNS secondary zone, or the registrar)`,
          accepted: 'a handover alone cannot end it: the parent zone belongs to the pool, not to this Sovereign',
        },
      ];
    },
  };
}

function ownServers(look: Scanned, needles: readonly Needle[]): ScanPlace {
  const { fqdn, mother } = look.sovereign.spec;
  return {
    place: `name servers and addresses of ${fqdn}`,
    how: "NS and A as the parent's servers and the Sovereign's own answer",
    async look() {
      const server = mother.powerdns.nameservers[0] ?? '';
      const reply = await look.dns({ server, name: fqdn, type: 'NS', transport: 'udp', signal: look.signal });
      const records = [...reply.answers, ...reply.authorities, ...reply.additionals];
      return records.flatMap((record) => {
        const data = String(record.data).replace(/\.$/, '');
        const hit = needles.find((needle) => !needle.upstream && needle.text === data);
        if (!hit || String(record.name).replace(/\.$/, '') === parentZoneOf(look.sovereign)) return [];
        const finding: Finding = {
          id: `record ${record.name} ${record.type} ${data}`,
          where: `${record.type} ${record.name}`,
          what: `is ${data}`,
          breaks: 'the name of the Sovereign is answered by the mother',
          remedy: 'catalyst ticket run 374',
        };
        return [finding];
      });
    },
  };
}
