/** What is hashed again, and what is not. */
import { describe, expect, it } from 'vitest';
import type { Kube, KubeObject } from '../../../../src/kubernetes/client/kube.js';
import { printKnown } from '../../../../src/mother/fingerprint/known-prints.js';
import type { PrintContext } from '../../../../src/mother/fingerprint/print-objects.js';

const mother = {} as Kube;
const context = (scaled: string[] = []): PrintContext => ({
  kinds: new Map(),
  scaled: new Set(scaled),
  services: new Set(),
});
const deployment = (resourceVersion: string | undefined, replicas: number): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'shop', namespace: 'sme', uid: 'u1', ...(resourceVersion ? { resourceVersion } : {}) },
  spec: { replicas },
});

describe('prints that are known', () => {
  it('are reused for the same version of the same object alone', () => {
    const first = printKnown(mother, context())(deployment('7', 1));
    expect(printKnown(mother, context())(deployment('7', 1))).toBe(first);
    expect(printKnown(mother, context())(deployment('8', 2)).hash).not.toBe(first.hash);
    expect(printKnown({} as Kube, context())(deployment('7', 1))).not.toBe(first);
  });

  it('are not reused when an autoscaler comes, or when there is no version to know it by', () => {
    const fixed = printKnown(mother, context())(deployment('9', 3));
    expect(printKnown(mother, context(['Deployment sme/shop']))(deployment('9', 3)).hash).not.toBe(fixed.hash);
    const hash = (replicas: number) => printKnown(mother, context())(deployment(undefined, replicas)).hash;
    expect(hash(1)).not.toBe(hash(2));
  });
});
