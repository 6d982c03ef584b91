import { expect, it } from 'vitest';
import { pullsWith, withPullSecrets } from '../../../../../src/blueprints/catalog/images/pull-secrets.js';
import { lintTree } from '../../../../../src/blueprints/lint/lint.js';
import { placedObjects } from '../../../../../src/blueprints/lint/placed.js';
import { renderTree } from '../../../../../src/blueprints/render/render.js';
import { secretsFor } from '../../../../../src/blueprints/render/secrets.js';
import { registryLogins } from '../../../../../src/sovereign/registry-logins.js';
import { blueprints, omantel } from '../../rig.js';

const secretRef = { name: 'registry-pull', hosts: ['ghcr.io'], username: 'robot' };
const sovereign = omantel(({ charts }) => ({ charts: { ...charts, secretRef } }));
const token = 'a-token-that-is-not-one';

it('puts the login into every namespace of the tree once, and names it wherever something pulls', async () => {
  const all = await blueprints();
  const tree = renderTree(sovereign, all);
  const placed = placedObjects(tree, all).map(({ object }) => object);
  const namespaces = placed.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name);
  const accounts = placed.filter(({ kind, metadata }) => kind === 'ServiceAccount' && metadata.name === 'default');
  const placesOf = (list: { metadata: { namespace?: string } }[]) =>
    list.map(({ metadata }) => metadata.namespace).sort();
  expect(placesOf(accounts)).toEqual([...new Set(namespaces)].sort());
  const secrets = (
    await Promise.all(withPullSecrets(all, sovereign).map((one) => secretsFor(one, sovereign, async () => token)))
  )
    .flat()
    .filter(({ kind, metadata }) => kind === 'Secret' && metadata.name === secretRef.name);
  expect(placesOf(secrets)).toEqual(placesOf(accounts));
  for (const { type, data } of secrets as unknown as { type: string; data: Record<string, string> }[]) {
    expect(type).toBe('kubernetes.io/dockerconfigjson');
    const config = JSON.parse(Buffer.from(data['.dockerconfigjson']!, 'base64').toString());
    expect(config.auths['ghcr.io']).toMatchObject({ username: 'robot', password: token });
  }
  const pulls = [{ name: secretRef.name }];
  for (const object of placed) {
    if (object.kind === 'ServiceAccount') expect(object).toMatchObject({ imagePullSecrets: pulls });
    if (object.kind === 'Cluster') expect(object.spec.imagePullSecrets).toEqual(pulls);
    else expect(object.spec ?? {}, object.kind).not.toHaveProperty('imagePullSecrets');
    if (['Provider', 'Function'].includes(object.kind)) expect(object.spec.packagePullSecrets).toEqual(pulls);
    if (object.kind === 'HelmRelease') expect(object.spec.postRenderers[0].kustomize.patches).toHaveLength(1);
  }
  expect(lintTree(tree, sovereign, all)).toEqual([]);
  expect(JSON.stringify(placed)).not.toContain(token);
});

it('is nothing for a kind of another group that has the same name', () => {
  const apiVersion = 'notification.toolkit.fluxcd.io/v1beta3';
  const alert = { apiVersion, kind: 'Provider', metadata: { name: 'chat', namespace: 'flux-system' }, spec: {} };
  expect(pullsWith(alert, sovereign)).toBe(alert);
});

it('gives it to Flux for the registries that need it, and for no Helm repository over HTTP', async () => {
  const all = await blueprints();
  const sources = placedObjects(renderTree(sovereign, all), all)
    .map(({ object }) => object)
    .filter(({ kind }) => kind === 'HelmRepository');
  for (const { spec } of sources) {
    const needed = String(spec.url).startsWith('oci://ghcr.io/');
    expect(spec.secretRef, spec.url).toEqual(needed ? { name: secretRef.name } : undefined);
  }
  expect(sources.some(({ spec }) => spec.secretRef)).toBe(true);
});

it('changes nothing of a tree that pulls without a login', async () => {
  const all = await blueprints();
  expect(withPullSecrets(all, omantel())).toBe(all);
  const text = renderTree(omantel(), all).folders.flatMap(({ files }) => files.map((file) => file.text));
  expect(text.join('')).not.toMatch(/imagePullSecrets:\n|packagePullSecrets/);
});

it('takes a docker config with a login for each host, and refuses one that lacks a host', () => {
  const auth = Buffer.from('me:secret').toString('base64');
  const config = JSON.stringify({ auths: { 'ghcr.io': { auth }, 'quay.io': { username: 'you', password: 'too' } } });
  const both = { username: 'x', hosts: ['ghcr.io', 'quay.io'] };
  expect([...registryLogins(both, config)]).toEqual([
    ['ghcr.io', 'me:secret'],
    ['quay.io', 'you:too'],
  ]);
  expect(() => registryLogins({ username: 'x', hosts: ['cgr.dev'] }, config)).toThrow(/no login for cgr\.dev/);
  expect(() => registryLogins(both, '{"auths":3}')).toThrow(/not one/);
});
