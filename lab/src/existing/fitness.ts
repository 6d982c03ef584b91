/** Whether two clusters that exist can be made a lab of: looked at before anything is touched. */
import { join } from 'node:path';
import { loadBlueprints } from 'catalyst/blueprints/catalog/load.js';
import { isProtectedNamespace } from 'catalyst/mother/protected/protected-set.js';
import type { Sovereign } from 'catalyst/sovereign/spec/schema.js';
import { fail } from 'catalyst/support/errors/errors.js';
import { packageRoot } from 'catalyst/support/package-root.js';
import { createAllowance } from 'catalyst/tools/http/bounded.js';
import { motherContents } from '../servers/mother/contents.js';
import type { ClusterQuestion, FixedCluster } from './given-clusters.js';
import { type Upstream, upstreamOf } from './upstream.js';

interface Listed {
  items: { metadata: { name: string; uid: string } }[];
}

/** What a cluster begins with. */
const begins = ['default', 'kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage'];
const itsOwnKinds = /\.(k3s\.)?cattle\.io$|\.k8s\.io$/;

const groups = { '': '', rbac: 'rbac.authorization.k8s.io', crd: 'apiextensions.k8s.io', apps: 'apps' };
/** What the lab and catalyst do there, by group and resource. */
const rights: [group: string, resource: string, verbs: string[]][] = [
  [groups[''], 'namespaces', ['list', 'create', 'patch', 'delete']],
  [groups[''], 'nodes', ['list', 'create', 'patch', 'delete']],
  ...['pods', 'secrets', 'configmaps', 'services', 'serviceaccounts', 'persistentvolumes'].map(
    (resource): [string, string, string[]] => [groups[''], resource, ['list', 'watch', 'create', 'patch', 'delete']],
  ),
  [groups.apps, 'deployments', ['list', 'watch', 'create', 'patch', 'delete']],
  [groups.crd, 'customresourcedefinitions', ['list', 'watch', 'create', 'patch', 'delete']],
  [groups.rbac, 'clusterroles', ['create', 'patch', 'delete', 'bind', 'escalate']],
  [groups.rbac, 'clusterrolebindings', ['create', 'patch', 'delete']],
];

/**
 * Throws E3101 when one does not answer, E7006 when we may not do there what a lab does (verb and resource are named), E7005 when
 * both are one cluster, or when one has objects that conflict with a lab: nodes of its own, Flux, kinds or namespaces that the lab
 * makes itself.
 * E7010 when one holds the SME demos.
 * @returns both as they are identified, and what else is there, to be confirmed
 */
export async function lookAtClusters(
  files: { mother: string; sovereign: string },
  about: { fqdn: string; signal: AbortSignal },
): Promise<ClusterQuestion> {
  const { signal } = about;
  const blueprints = await loadBlueprints(join(packageRoot, 'templates/blueprints'));
  const contents = motherContents({ fqdn: about.fqdn, powerDnsApiKey: '', git: '' });
  const releases = blueprints.flatMap((one) => [one, ...one.releases]);
  const ofSovereign = {
    namespaces: ['flux-system', ...releases.map(({ namespace }) => namespace)],
    kinds: releases.flatMap(({ crdShapes }) => crdShapes.map(({ name }) => name)),
  };
  const ofMother = {
    namespaces: contents.namespaces.map(({ metadata }) => metadata.name),
    kinds: contents.crds.map(({ metadata }) => metadata.name),
  };
  const clusters = [
    { name: 'mother', upstream: upstreamOf(files.mother), makes: ofMother },
    { name: 'Sovereign', upstream: upstreamOf(files.sovereign), makes: ofSovereign },
  ];
  try {
    const identities: string[] = [];
    for (const { upstream } of clusters) identities.push(await identityOf(upstream, signal));
    if (identities[0] === identities[1])
      throw fail('E7005', 'Both kubeconfigs lead to the same cluster; the mother and the Sovereign need one each.', {
        actions: ['give another --kubeconfig or --mother-kubeconfig'],
      });
    for (const { name, upstream } of clusters) await refuseDemos(name, upstream, signal);
    for (const { name, upstream } of clusters) await allowed(name, upstream, signal);
    const found: string[] = [];
    for (const { name, upstream, makes } of clusters) found.push(...(await foreignIn(name, upstream, makes, signal)));
    const fixed = (index: number, file: string): FixedCluster => {
      const { context, server } = clusters[index]!.upstream;
      return { file, context, server, uid: identities[index]! };
    };
    return { clusters: { mother: fixed(0, files.mother), sovereign: fixed(1, files.sovereign) }, found };
  } finally {
    for (const { upstream } of clusters) upstream.close();
  }
}

async function read<T>(upstream: Upstream, path: string, signal: AbortSignal): Promise<T> {
  const answer = await upstream.send({ method: 'GET', path, time: createAllowance(10_000), signal });
  if (answer.status === 200) return JSON.parse(answer.body) as T;
  if (answer.status === 401)
    throw fail('E7006', `Authentication to ${upstream.server} failed (401).`, {
      actions: ['renew the credentials in the kubeconfig'],
    });
  throw fail(
    'E7006',
    `The cluster at ${upstream.server} answers ${answer.status} to ${path}: ${messageIn(answer.body)}`,
    {
      actions: ['give a kubeconfig of an admin of that cluster (cluster-admin)'],
    },
  );
}

const messageIn = (body: string): string => {
  try {
    return (JSON.parse(body) as { message?: string }).message ?? body;
  } catch {
    return body.slice(0, 300);
  }
};

export const identityOf = async (upstream: Upstream, signal: AbortSignal) =>
  (await read<{ metadata: { uid: string } }>(upstream, '/api/v1/namespaces/kube-system', signal)).metadata.uid;

/** Before anything else is looked at: neither cluster may be one that somebody's demos run on. */
async function refuseDemos(name: string, upstream: Upstream, signal: AbortSignal): Promise<void> {
  const spaces = (await read<Listed>(upstream, '/api/v1/namespaces', signal)).items.map(
    ({ metadata }) => metadata.name,
  );
  const demos = spaces.filter((one) => isProtectedNamespace(noAdditions, one));
  if (demos.length === 0) return;
  throw fail(
    'E7010',
    `The ${name}'s cluster (context ${upstream.context}, ${upstream.server}) has the SME demos (namespace ${demos.join(', ')}): no lab can run on it. Nothing was changed.`,
    {
      actions: ['give the kubeconfig of a cluster that is free for tests'],
      data: { cluster: name, namespaces: demos },
    },
  );
}

/** The protected set without what a spec adds: there is no spec yet. */
const noAdditions = { spec: { mother: { protected: { namespaces: [] } } } } as unknown as Sovereign;

async function allowed(name: string, upstream: Upstream, signal: AbortSignal): Promise<void> {
  const asked = rights.flatMap(([group, resource, verbs]) => verbs.map((verb) => ({ group, resource, verb })));
  const missing: string[] = [];
  await Promise.all(
    asked.map(async ({ group, resource, verb }) => {
      const answer = await upstream.send({
        method: 'POST',
        path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        body: {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SelfSubjectAccessReview',
          spec: { resourceAttributes: { group, resource, verb } },
        },
        signal,
      });
      const { status } = JSON.parse(answer.body) as { status?: { allowed?: boolean } };
      if (!status?.allowed) missing.push(`${verb} ${resource}${group ? `.${group}` : ''}`);
    }),
  );
  if (missing.length === 0) return;
  throw fail(
    'E7006',
    `Missing permissions on the ${name}'s cluster (${upstream.server}): ${missing.sort().join(', ')}.`,
    {
      actions: ['give a kubeconfig of an admin of that cluster (cluster-admin)'],
      data: { cluster: name, missing },
    },
  );
}

async function foreignIn(
  name: string,
  upstream: Upstream,
  makes: { namespaces: readonly string[]; kinds: readonly string[] },
  signal: AbortSignal,
): Promise<string[]> {
  const names = async (path: string) =>
    (await read<Listed>(upstream, path, signal)).items.map(({ metadata }) => metadata.name);
  const [nodes, spaces, kinds] = await Promise.all([
    names('/api/v1/nodes'),
    names('/api/v1/namespaces'),
    names('/apis/apiextensions.k8s.io/v1/customresourcedefinitions'),
  ]);
  const clashes = [
    ...nodes.map((one) => `node ${one}`),
    ...spaces.filter((one) => makes.namespaces.includes(one) && !begins.includes(one)).map((one) => `namespace ${one}`),
    ...kinds
      .filter((one) => makes.kinds.includes(one) || /\.(toolkit\.fluxcd|openova)\.io$/.test(one))
      .map((one) => `kind ${one}`),
  ];
  if (clashes.length > 0)
    throw fail(
      'E7005',
      `The ${name}'s cluster (${upstream.server}) has objects that conflict with a lab: ${firstNames(clashes)}. Nothing was touched.`,
      {
        actions: [
          'use a separate cluster, without nodes (docs/engines.md lists suitable ones)',
          'or remove these from that cluster first',
        ],
        data: { cluster: name, found: clashes },
      },
    );
  return [
    ...spaces.filter((one) => !begins.includes(one)).map((one) => `${name}: namespace ${one}`),
    ...kinds.filter((one) => !itsOwnKinds.test(one)).map((one) => `${name}: kind ${one}`),
  ];
}

/** The first few, and how many more. */
export const firstNames = (names: readonly string[]): string =>
  names.length > 6 ? `${names.slice(0, 6).join(', ')} and ${names.length - 6} more` : names.join(', ');
