import { describe, expect, it } from 'vitest';
import { placedObjects } from '../../../src/blueprints/lint/placed.js';
import { renderTree } from '../../../src/blueprints/render/render.js';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { readinessOf } from '../../../src/kubernetes/readiness.js';
import { blueprints, omantel } from './rig.js';

const all = await blueprints();
const objects = placedObjects(renderTree(omantel(), all), all).map(({ object }) => object);
const clusters = objects.filter(({ apiVersion, kind }) => kind === 'Cluster' && apiVersion.startsWith('postgresql'));
const placeOf = ({ metadata }: KubeObject) => `${metadata.namespace}/${metadata.name}`;

it('there are the databases of Gitea, Keycloak, Harbor, PowerDNS and the pool-domain-manager', () => {
  expect(clusters.map(placeOf).sort()).toEqual([
    'gitea/gitea-pg',
    'harbor/harbor-pg',
    'keycloak/keycloak-pg',
    'powerdns/pdm-pg',
    'powerdns/pdns-pg',
  ]);
});

describe.each(clusters.map((cluster) => [placeOf(cluster), cluster] as const))('%s', (place, { metadata, spec }) => {
  it('archives to Object Storage, in requests that Ceph takes, with keys that its namespace has', () => {
    const { destinationPath, endpointURL, s3Credentials } = spec.backup.barmanObjectStore;
    expect([destinationPath, endpointURL]).toEqual([
      's3://omantel-omani-works-postgres/',
      'https://fsn1.your-objectstorage.com',
    ]);
    expect(spec.env).toEqual([
      { name: 'AWS_REQUEST_CHECKSUM_CALCULATION', value: 'when_required' },
      { name: 'AWS_RESPONSE_CHECKSUM_VALIDATION', value: 'when_required' },
    ]);
    const secrets = all
      .flatMap(({ secrets: needs }) => needs)
      .filter(({ namespace }) => namespace === metadata.namespace);
    for (const { name, key } of Object.values(s3Credentials) as { name: string; key: string }[])
      expect(secrets.find((secret) => secret.name === name)?.recipes).toHaveProperty(key);
  });

  it('has a base backup a day and one at once, and Velero leaves its files alone', () => {
    const scheduled = objects.find((object) => object.kind === 'ScheduledBackup' && placeOf(object) === place);
    expect(scheduled?.spec).toMatchObject({ cluster: { name: metadata.name }, immediate: true });
    expect(scheduled?.spec.schedule.split(' ')).toHaveLength(6);
    expect(spec.inheritedMetadata.annotations).toEqual({ 'backup.velero.io/backup-volumes-excludes': 'pgdata' });
  });

  it('is not ready while its write-ahead log goes nowhere, and says why', () => {
    const cluster = (archiving: object[]): KubeObject => ({
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Cluster',
      metadata,
      spec,
      status: { phase: 'Cluster in healthy state', conditions: archiving },
    });
    const message = 'Expected empty archive';
    expect(readinessOf(cluster([{ type: 'ContinuousArchiving', status: 'True' }]))).toEqual({ ready: true });
    expect(readinessOf(cluster([]))).toHaveProperty('pending');
    expect(readinessOf(cluster([{ type: 'ContinuousArchiving', status: 'False', message }]))).toEqual({
      pending: expect.stringContaining(message),
    });
  });
});
