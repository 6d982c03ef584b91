/** Which claims go before a cluster does. */
import { describe, expect, it } from 'vitest';
import type { Kube, KubeObject } from '../../../../src/kubernetes/client/kube.js';
import { hetznerClaims, isUnclaimed } from '../../../../src/walk/steps/hetzner-claims.js';

const xrd = (kind: string, claim?: string): KubeObject => ({
  apiVersion: 'apiextensions.crossplane.io/v1',
  kind: 'CompositeResourceDefinition',
  metadata: { name: kind.toLowerCase() },
  spec: {
    group: 'compose.openova.io',
    names: { kind },
    ...(claim ? { claimNames: { kind: claim } } : {}),
    versions: [{ name: 'v1alpha1', served: true }],
  },
});
const one = (kind: string, name: string, spec: object = {}): KubeObject => ({
  apiVersion: 'compose.openova.io/v1alpha1',
  kind,
  metadata: { name },
  spec,
});

/** Answers nothing for a kind that it does not serve, as a real client does. */
const cluster = (objects: KubeObject[]): Kube =>
  ({ list: async ({ kind }: { kind: string }) => objects.filter((object) => object.kind === kind) }) as unknown as Kube;

describe('claims that stand for something at Hetzner', () => {
  it('are those of every XRD of the cluster but of buckets, with their composites', async () => {
    const { claims, composites } = await hetznerClaims(
      cluster([
        xrd('XNodePool', 'NodePoolClaim'),
        xrd('XBucket', 'BucketClaim'),
        xrd('XLoadBalancer'),
        one('NodePoolClaim', 'extra'),
        one('XNodePool', 'extra-1a2b3', { claimRef: { name: 'extra' } }),
        one('XLoadBalancer', 'by-hand'),
        one('BucketClaim', 'photos'),
        one('XBucket', 'photos-1a2b3', { claimRef: { name: 'photos' } }),
      ]),
    );
    expect(claims.map(({ metadata }) => metadata.name)).toEqual(['extra']);
    expect(composites.map(({ metadata }) => metadata.name)).toEqual(['extra-1a2b3', 'by-hand']);
    expect(composites.filter(isUnclaimed).map(({ metadata }) => metadata.name)).toEqual(['by-hand']);
  });

  it('are none where Crossplane was never installed', async () => {
    expect(await hetznerClaims(cluster([]))).toEqual({ claims: [], composites: [] });
  });
});
