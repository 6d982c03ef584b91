import { expect, it } from 'vitest';
import { checkKubernetes, takesKubernetes } from '../../../../src/blueprints/catalog/kubernetes-fit.js';
import { lintTree } from '../../../../src/blueprints/lint/lint.js';
import { renderTree } from '../../../../src/blueprints/render/render.js';
import { blueprints, omantel } from '../rig.js';

const onK3s = (k3sVersion: string) => omantel(({ hetzner }) => ({ hetzner: { ...hetzner, k3sVersion } }));

it('refuses a k3s that is too old for a chart before anything is made, with field and remedy', async () => {
  const all = await blueprints();
  expect(() => checkKubernetes(onK3s('v1.31.14+k3s1'), all)).toThrow(
    expect.objectContaining({
      code: 'E3202',
      message: expect.stringMatching(
        /mimir-distributed .* requires Kubernetes >=1\.32\.0, and spec\.hetzner\.k3sVersion/,
      ),
      actions: ['set spec.hetzner.k3sVersion to a k3s of Kubernetes 1.32.0 or newer'],
    }),
  );
  expect(checkKubernetes(onK3s('v1.32.0+k3s1'), all)).toBeUndefined();
});

it('is a finding of the lint', async () => {
  const all = await blueprints();
  const sovereign = onK3s('v1.31.14+k3s1');
  expect(lintTree(renderTree(sovereign, all), sovereign, all)).toMatchObject([
    { blueprint: 'bp-grafana', rule: 'kubernetes', severity: 'error', path: 'spec.hetzner.k3sVersion' },
  ]);
});

it.each([
  ['v1.35.4+k3s1', true],
  ['1.32.0', true],
  ['1.31.9', false],
])('reads %s as helm does', (version, fits) => {
  const pin = { source: 'oci://charts.example', name: 'a', version: '1.0.0' };
  expect(takesKubernetes({ ...pin, kubernetes: '>=1.32.0' }, version)).toBe(fits);
  expect(takesKubernetes(pin, version)).toBe(true);
});
