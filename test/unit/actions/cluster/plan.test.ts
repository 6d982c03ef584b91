/** What `cluster create` would make and cost, and names that somebody else has. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { clusterPlan, clusterPlanText } from '../../../../src/actions/cluster/plan.js';
import { type HetznerRig, hetznerRig } from '../../../fakes/hetzner-rig.js';

let rig: HetznerRig;
beforeEach(async () => {
  const kube = () => Promise.reject(new Error('no cluster yet'));
  rig = await hetznerRig({ leftovers: false, world: { kube } as never });
});
afterEach(() => rig.lab.close());

it('lists every change with the price of a month', async () => {
  const plan = await clusterPlan(rig.context);
  expect(plan.mutations.map(({ target }) => target)).toContain('load_balancer catalyst-omantel-omani-works-lb');
  const text = clusterPlanText(plan);
  expect(text).toMatch(/^omantel\.omani\.works in fsn1 \(eu-central\) per month, including tax:/);
  expect(text).toContain(`  together ${plan.monthly.toFixed(2)} ${plan.currency}`);
  expect(text).toContain(`To do (${plan.mutations.length}):`);
  expect(clusterPlanText({ ...plan, mutations: [] })).toContain('Everything exists.');
});

it('warns of what has a name of ours and is not ours, with the command that looks at it', async () => {
  await rig.api.create('network', { name: 'catalyst-omantel-omani-works-net', ip_range: '10.0.0.0/16' } as never);
  await clusterPlan(rig.context);
  expect(rig.warned).toContainEqual(
    expect.stringMatching(/catalyst-omantel-omani-works-net.* catalyst purge plan shows/),
  );
});
