/** What a template may name. Everything follows from the spec, so the same spec gives the same bytes. */
import { bucketConsumers, bucketName, objectStorageEndpoint } from '../../sovereign/object-storage.js';
import { slugOf } from '../../sovereign/sovereign-names.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';

export type Variable = string | number | boolean;
export type Variables = Readonly<Record<string, Variable>>;

export function profileOf(sovereign: Sovereign): 'solo' | 'ha' {
  return sovereign.spec.profile ?? (sovereign.spec.hetzner.controlPlane.count === 3 ? 'ha' : 'solo');
}

/** Where Flux reads after the pivot: the Sovereign's own Gitea, inside the cluster. */
export function gitUrl(sovereign: Sovereign): string {
  const { organization, repository } = sovereign.spec.gitops;
  return `http://gitea-http.gitea.svc.cluster.local:3000/${organization}/${repository}.git`;
}

/** First address that the control plane gets in its subnet: 10.0.1.2 for 10.0.1.0/24. */
function controlPlaneAddress(sovereign: Sovereign): string {
  const [network = '10.0.1.0'] = sovereign.spec.hetzner.network.subnet.split('/');
  return network.replace(/\.\d+$/, '.2');
}

export function variablesOf(sovereign: Sovereign): Variables {
  const { spec, metadata } = sovereign;
  const endpoint = objectStorageEndpoint(spec);
  const profile = profileOf(sovereign);
  const buckets = Object.fromEntries(
    bucketConsumers.map((consumer) => [`bucket.${consumer}`, bucketName(spec, consumer)]),
  );
  return {
    name: metadata.name,
    fqdn: spec.fqdn,
    zone: `${spec.fqdn}.`,
    'fqdn.dashed': slugOf(spec.fqdn),
    'parent.zone': spec.parentZone.zone ?? spec.pool.domain,
    organization: spec.organization.name,
    email: spec.organization.email,
    location: spec.hetzner.location,
    'network.cidr': spec.hetzner.network.cidr,
    'control-plane.address': controlPlaneAddress(sovereign),
    'control-plane.count': spec.hetzner.controlPlane.count,
    profile,
    replicas: profile === 'ha' ? 3 : 1,
    's3.endpoint': endpoint,
    's3.host': endpoint.replace(/^https?:\/\//, ''),
    's3.insecure': endpoint.startsWith('http://'),
    's3.secure': !endpoint.startsWith('http://'),
    's3.region': spec.objectStorage.location,
    's3.prefix': spec.objectStorage.bucketPrefix,
    ...buckets,
    'git.organization': spec.gitops.organization,
    'git.repository': spec.gitops.repository,
    'git.branch': spec.gitops.branch,
    'git.url': gitUrl(sovereign),
    'acme.server': spec.acme.server,
  };
}
