/** Rules that one object answers by itself. */
import { objectStorageEndpoint } from '../../sovereign/object-storage.js';
import { motherHostsIn } from '../../sovereign/spec/mother-hosts.js';
import { lastHostOf } from '../../support/addresses/ipv4.js';
import { networksOf } from '../../support/addresses/networks.js';
import { fixedFields } from '../render/in-place.js';
import { mapsIn, stringsIn } from '../render/strings.js';
import { profileOf } from '../render/variables.js';
import type { Finding } from './finding.js';
import type { Linted, Placed } from './placed.js';

type Rule = (placed: Placed, linted: Linted) => Omit<Finding, 'blueprint' | 'severity'>[];

const current: Record<string, string> = {
  'source.toolkit.fluxcd.io': 'v1',
  'helm.toolkit.fluxcd.io': 'v2',
  'kustomize.toolkit.fluxcd.io': 'v1',
  'external-secrets.io': 'v1',
  'cert-manager.io': 'v1',
  'postgresql.cnpg.io': 'v1',
};

const apiVersion: Rule = ({ object, file }) => {
  const [group = '', version] = object.apiVersion.split('/');
  const wanted = current[group];
  if (wanted === undefined || wanted === version) return [];
  const message = `${object.kind} ${object.metadata.name} is of ${object.apiVersion}, which current controllers do not serve`;
  return [{ rule: 'api-version', path: `${file}: apiVersion`, message, remedy: `Write ${group}/${wanted}` }];
};

const loadBalancer: Rule = ({ object, file }) =>
  [...mapsIn(object)]
    .filter(({ map }) => map['type'] === 'LoadBalancer')
    .map(({ path }) => ({
      rule: 'no-load-balancer',
      path: `${file}: ${path}.type`,
      message: 'A Service of type LoadBalancer stays pending: nothing on the Sovereign serves it',
      remedy: 'Use NodePort 31080/31443 through Traefik, or hostPort',
    }));

const latest: Rule = ({ object, file }) => {
  const found: ReturnType<Rule> = [];
  const report = (path: string, image: string) =>
    found.push({
      rule: 'image-tag',
      path: `${file}: ${path}`,
      message: `${image} names no fixed version`,
      remedy: 'Pin a tag or a digest',
    });
  for (const { path, key, text } of stringsIn(object)) {
    if (key === 'tag' && text === 'latest') report(path, text);
    if (key === 'image' && !/(:[^/]+|@sha256:[0-9a-f]{64})$/.test(text.replace(/:latest$/, ''))) report(path, text);
  }
  return found;
};

const requests: Rule = ({ object, file }) =>
  [...mapsIn(object)]
    .filter(({ map }) => typeof map['image'] === 'string' && typeof map['name'] === 'string')
    .filter(({ map }) => {
      const asked = (map['resources'] as { requests?: Record<string, unknown> } | undefined)?.requests;
      return asked?.['cpu'] === undefined || asked['memory'] === undefined;
    })
    .map(({ path, map }) => ({
      rule: 'requests',
      path: `${file}: ${path}`,
      message: `Container ${map['name']} states no CPU and memory requests`,
      remedy: 'Set resources.requests.cpu and .memory',
    }));

const s3Writers = new Set(['bp-harbor', 'bp-velero', 'bp-openbao', 'bp-grafana']);

const objectStorage: Rule = ({ blueprint, object, file }) => {
  if (!s3Writers.has(blueprint)) return [];
  return [...stringsIn(object)]
    .filter(({ text }) => /seaweedfs|minio|\b(s3|ceph|rook)[a-z0-9.-]*\.svc\b/i.test(text))
    .map(({ path, text }) => ({
      rule: 's3',
      path: `${file}: ${path}`,
      message: `"${text.slice(0, 80)}" puts an S3 server of the cluster between an S3-aware Blueprint and Object Storage (ADR-0002)`,
      remedy: 'Write to the Object Storage of the cloud directly',
    }));
};

const hostKeys = /^(host|hosts|externalURL|ROOT_URL|DOMAIN|core|root_url|dnsNames|KC_HOSTNAME)$/;

/** Public names that are served lie below the FQDN; names of the mother stand nowhere. */
const hosts: Rule = ({ object, file }, { sovereign }) => {
  const { fqdn, mother, acme } = sovereign.spec;
  const outside = [objectStorageEndpoint(sovereign.spec), acme.server];
  const found: ReturnType<Rule> = [];
  for (const { path, key, text } of stringsIn(object)) {
    const [known] = motherHostsIn(text, mother);
    if (known && !outside.includes(text)) {
      const message = `"${text.slice(0, 80)}" points at the mother cluster (${known})`;
      found.push({ rule: 'mother', path: `${file}: ${path}`, message, remedy: "Use the Sovereign's own host" });
    }
    const host = hostKeys.test(key) && /^(?:https?:\/\/)?([a-z0-9*-]+(?:\.[a-z0-9-]+)+)(?:[:/].*)?$/.exec(text)?.[1];
    if (host && host !== fqdn && !host.endsWith(`.${fqdn}`) && !/\.svc(\.|$)/.test(host)) {
      const message = `${host} is not below ${fqdn}`;
      found.push({ rule: 'host', path: `${file}: ${path}`, message, remedy: `Use a name below ${fqdn}` });
    }
  }
  return found;
};

const secretKeys =
  /^(password|adminPassword|secretKey|secret_key|access_key|accessKeyId|secretAccessKey|access_key_id|secret_access_key|token|apiKey|clientSecret)$/;

const clearSecret: Rule = ({ object, file }) => {
  const remedy = 'Reference a Secret, and declare in blueprint.yaml what creates it';
  if (object.kind === 'Secret') {
    return [{ rule: 'clear-secret', path: file, message: `Secret ${object.metadata.name} is in plain text`, remedy }];
  }
  return [...stringsIn(object)]
    .filter(({ key, text }) => secretKeys.test(key) && text !== '' && !text.startsWith('${'))
    .filter(({ path }) => !/(Ref|secretKeyRef|data\.)/.test(path) && !path.startsWith('spec.values.powerdns'))
    .map(({ path }) => ({
      rule: 'clear-secret',
      path: `${file}: ${path}`,
      message: 'This looks like a secret in plain text',
      remedy,
    }));
};

const inPlace: Rule = ({ object, file }) =>
  fixedFields(object).map(({ path, why }) => ({
    rule: 'in-place',
    path: `${file}: ${path}`,
    message: `${object.kind} ${object.metadata.name} could not be changed later: Kubernetes does not allow a change of ${why}`,
    remedy: 'Use a value that never changes, or let Kubernetes choose it',
  }));

const address = /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d./])/g;

/** In ha, what depends on one server ends with it. The load balancer's address is none of a server's. */
const singleNode: Rule = ({ object, file }, { sovereign }) => {
  if (profileOf(sovereign) !== 'ha') return [];
  const { cidr, subnet } = sovereign.spec.hetzner.network;
  const isPrivate = networksOf([cidr]);
  const found: ReturnType<Rule> = [];
  for (const { path, text } of stringsIn(object)) {
    const one = (text.match(address) ?? []).find((each) => isPrivate(each) && each !== lastHostOf(subnet));
    if (one === undefined) continue;
    found.push({
      rule: 'single-node',
      path: `${file}: ${path}`,
      message: `${one} is the address of a single server: in profile ha, the other servers have to work without it`,
      remedy: 'Use 127.0.0.1:6444 for the Kubernetes API, a Service for anything else',
    });
  }
  return found;
};

const rules: readonly Rule[] = [
  inPlace,
  apiVersion,
  loadBalancer,
  latest,
  requests,
  objectStorage,
  hosts,
  clearSecret,
  singleNode,
];

export function lintObject(placed: Placed, linted: Linted): Finding[] {
  return rules.flatMap((rule) =>
    rule(placed, linted).map((finding) => ({ blueprint: placed.blueprint, severity: 'error' as const, ...finding })),
  );
}
