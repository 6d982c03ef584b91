import { expect, test } from 'vitest';
import { believes } from '../../src/components/traefik/ingress.js';
import type { ReconcileContext } from '../../src/controllers/reconciler.js';

const lab = (...args: string[]) =>
  ({
    store: {
      list: (kind: string) =>
        kind === 'apps/v1/DaemonSet'
          ? [{ metadata: { name: 'traefik' }, spec: { template: { spec: { containers: [{ args }] } } } }]
          : [],
    },
  }) as unknown as ReconcileContext;

test('an entry point reads the PROXY header of whom its chart told it to trust, and of nobody else', () => {
  const told = lab('--entryPoints.websecure.proxyProtocol.trustedIPs=10.0.1.0/24,10.9.0.0/16');
  expect(believes(told, 'websecure', '10.0.1.2')).toBe(true);
  expect(believes(told, 'websecure', '10.9.7.7')).toBe(true);
  expect(believes(told, 'websecure', '10.0.2.2')).toBe(false);
  expect(believes(told, 'web', '10.0.1.2')).toBe(false);
  expect(believes(lab(), 'websecure', '10.0.1.2')).toBe(false);
});
