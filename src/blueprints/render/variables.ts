/** What a template may name. Everything follows from the spec, so the same spec gives the same bytes. */

import { clusterNames } from '../../sovereign/cluster-names.js';
import { bucketConsumers, bucketMarker, bucketName, objectStorageEndpoint } from '../../sovereign/object-storage.js';
import { ownDeploymentId, slugOf } from '../../sovereign/sovereign-names.js';
import { profileOfSpec } from '../../sovereign/spec/profile.js';
import { parentZoneOf } from '../../sovereign/spec/protected-names.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { platformNamespaces } from '../catalog/platform-namespaces.js';

export type Variable = string | number | boolean | readonly string[];
export type Variables = Readonly<Record<string, Variable>>;

export const profileOf = ({ spec }: Sovereign): 'solo' | 'ha' => profileOfSpec(spec);

/** Where Flux reads after the pivot: the Sovereign's own Gitea, inside the cluster. */
export function gitUrl(sovereign: Sovereign): string {
  const { organization, repository } = sovereign.spec.gitops;
  return `http://gitea-http.gitea.svc.cluster.local:3000/${organization}/${repository}.git`;
}

export function variablesOf(sovereign: Sovereign): Variables {
  const { spec, metadata } = sovereign;
  const endpoint = objectStorageEndpoint(spec);
  const profile = profileOf(sovereign);
  const cluster = clusterNames(spec.fqdn);
  const buckets = Object.fromEntries(
    bucketConsumers.map((consumer) => [`bucket.${consumer}`, bucketName(spec, consumer)]),
  );
  return {
    name: metadata.name,
    fqdn: spec.fqdn,
    zone: `${spec.fqdn}.`,
    'fqdn.dashed': slugOf(spec.fqdn),
    'parent.zone': parentZoneOf({ spec }),
    organization: spec.organization.name,
    email: spec.organization.email,
    location: spec.hetzner.location,
    'network.cidr': spec.hetzner.network.cidr,
    'network.subnet': spec.hetzner.network.subnet,
    'cluster.network': cluster.network,
    'cluster.firewall': cluster.firewall,
    'cluster.ssh-key': cluster.sshKey,
    'control-plane.count': spec.hetzner.controlPlane.count,
    'workers.count': spec.hetzner.workers.count,
    'deployment.id': ownDeploymentId(spec.fqdn),
    profile,
    ha: profile === 'ha',
    replicas: profile === 'ha' ? 3 : 1,
    's3.endpoint': endpoint,
    's3.host': endpoint.replace(/^https?:\/\//, ''),
    's3.insecure': endpoint.startsWith('http://'),
    's3.secure': !endpoint.startsWith('http://'),
    's3.region': spec.objectStorage.location,
    's3.prefix': spec.objectStorage.bucketPrefix,
    's3.marker': bucketMarker,
    ...buckets,
    'git.organization': spec.gitops.organization,
    'git.repository': spec.gitops.repository,
    'git.branch': spec.gitops.branch,
    'git.url': gitUrl(sovereign),
    'acme.server': spec.acme.server,
    'platform.namespaces': platformNamespaces,
  };
}
