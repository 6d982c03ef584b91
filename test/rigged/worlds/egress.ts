/** Egress windows that deny nothing, too little or too much, canaries that could not fail, and Sovereigns that depend on something outside. */
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { type Expected, fail, type Row, worldsOn } from '../rigged-world.js';
import { addOpenovaRelease, type EgressWorld, onEgress, policyKey } from '../stages/egress.js';

const invalid = (reason: RegExp): Expected => ({ status: 'fail', reason, verdict: 'INVALID', grade: 'none' });

/** Does it to the policy as soon as it is there. */
function onPolicy(world: EgressWorld, change: (policy: KubeObject) => KubeObject | undefined): void {
  world.written = (_verb, { kind }) => {
    const { objects } = world.own;
    const policy = objects.get(policyKey);
    if (kind !== 'CiliumClusterwideNetworkPolicy' || !policy) return;
    const changed = change(structuredClone(policy));
    if (changed) objects.set(policyKey, changed);
    else objects.delete(policyKey);
  };
}

const policyWorlds: Omit<Row<EgressWorld>, 'item'>[] = [
  {
    id: 'egress-policy-refused',
    gap: 'a block whose policy could not be written',
    rigged: 'an admission webhook refuses the policy of the egress block',
    expected: invalid(/^invalid: .*admission webhook denied/),
    rig(world) {
      world.before = (_verb, { kind }) => {
        if (kind === 'CiliumClusterwideNetworkPolicy') throw new Error('admission webhook denied the request');
      };
    },
  },
  {
    id: 'egress-policy-gone',
    gap: 'a block whose policy is taken away at once',
    rigged: 'a controller deletes the policy as soon as it is written; the names stay unknown',
    expected: invalid(/the policy was not on the cluster|still reaches/),
    rig: (world) => onPolicy(world, () => undefined),
  },
  {
    id: 'egress-policy-everything-excepted',
    gap: 'an allow-list that has everything',
    rigged: 'somebody excepts 0.0.0.0/0 from what the policy denies',
    expected: invalid(/the policy on the cluster is not the one that was written: it lets out 0\.0\.0\.0\/0/),
    rig: (world) =>
      onPolicy(world, (policy) => {
        policy.spec.egressDeny[0].toCIDRSet[0].except.push('0.0.0.0/0');
        return policy;
      }),
  },
  {
    id: 'egress-policy-wildcard',
    gap: 'a wildcard beside the deny',
    rigged: 'somebody adds every name to what the policy allows',
    expected: invalid(/is not the one that was written: it allows .*matchPattern/),
    rig: (world) =>
      onPolicy(world, (policy) => {
        policy.spec.egress = [{ toFQDNs: [{ matchPattern: '*' }] }];
        return policy;
      }),
  },
  {
    id: 'egress-policy-narrow-selector',
    gap: 'a policy that selects a part of the Pods',
    rigged: 'somebody lets the policy select one namespace alone',
    expected: invalid(/it no longer selects every Pod/),
    rig: (world) =>
      onPolicy(world, (policy) => {
        policy.spec.endpointSelector = { matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'default' } };
        return policy;
      }),
  },
  {
    id: 'egress-policy-unenforced',
    gap: 'a policy that nothing enforces, behind names that do not resolve',
    rigged: "the agents of Cilium are away: CoreDNS knows none of the mother's names, and her address still answers",
    expected: invalid(/a Pod still reaches console\.openova\.io at its address although the block is active/),
    rig(world) {
      world.looked = (look, blocked) => {
        const seen = look.hosts['console.openova.io'];
        if (blocked && seen) seen.direct = true;
      };
    },
  },
];

const canaryWorlds: Omit<Row<EgressWorld>, 'item'>[] = [
  {
    id: 'egress-canary-cdn',
    gap: 'somebody else answers for the canary',
    rigged: 'a CDN inside of the network answers for ip.hetzner.com',
    expected: invalid(/a Pod still reaches ip\.hetzner\.com although the block is active/),
    rig: (world) => world.answers.add('ip.hetzner.com'),
  },
  {
    id: 'egress-dns-open',
    gap: 'DNS that is not denied',
    rigged: 'the resolver of the node stands inside of the cluster, so every name still resolves',
    expected: invalid(/DNS is not denied: ip\.hetzner\.com still resolves/),
    rig(world) {
      world.looked = (look) => {
        look.hosts['ip.hetzner.com']!.addresses = ['192.0.2.30'];
      };
    },
  },
  {
    id: 'egress-resolver-open',
    gap: 'a resolver outside that Pods still reach',
    rigged: 'another program lets Pods through to 1.1.1.1',
    expected: invalid(/the resolver 1\.1\.1\.1 is still reached/),
    rig(world) {
      world.looked = (look) => {
        look.resolvers['1.1.1.1'] = true;
      };
    },
  },
  {
    id: 'egress-canary-dead-before',
    gap: 'a canary that could not have failed',
    rigged: 'nothing that the block denies was reached before it',
    expected: invalid(/a Pod reached nothing before the block that the block denies: it could not have failed/),
    rig: ({ silent }) => void silent.add('192.0.2.10').add('192.0.2.30').add('192.0.2.41'),
  },
  {
    id: 'egress-canary-dead-after',
    gap: 'a canary that died of something else',
    rigged: 'ip.hetzner.com went away during the block, and does not come back with its end',
    expected: invalid(/after the block a Pod does not reach ip\.hetzner\.com again/),
    rig(world) {
      world.written = (_verb, { kind }) => {
        if (kind === 'CiliumClusterwideNetworkPolicy') world.silent.add('192.0.2.30');
      };
    },
  },
  {
    id: 'egress-cut-too-far',
    gap: 'a network that is dead altogether',
    rigged: 'the uplink of the cluster fails with the block: what the list lets out is not reached either',
    expected: invalid(/a Pod does not reach console\.omantel\.omani\.works either, which the block lets out/),
    rig(world) {
      world.looked = (look, blocked) => {
        const seen = look.hosts['console.omantel.omani.works'];
        if (blocked && seen) seen.reached = false;
      };
    },
  },
];

const sovereignWorlds: Omit<Row<EgressWorld>, 'item'>[] = [
  {
    id: 'egress-source-stuck',
    gap: 'a source that does not reconcile in the window',
    rigged: 'the GitRepository does not handle requests while the block is active',
    expected: { ...fail(/GitRepository flux-system\/flux-system to reconcile/), grade: 'none' },
    rig(world) {
      world.written = (verb, { kind, metadata }) => {
        const { objects } = world.own;
        const key = `${kind} ${metadata.namespace}/${metadata.name}`;
        const source = objects.get(key);
        if (verb === 'patch' && kind === 'GitRepository' && source && objects.has(policyKey))
          objects.set(key, { ...source, status: { ...source.status, lastHandledReconcileAt: 'earlier' } });
      };
    },
  },
  {
    id: 'egress-chart-from-cache',
    gap: 'a release that is green from what was kept',
    rigged: 'a release is Ready, and the registry of its chart is away',
    expected: { ...fail(/HelmRelease flux-system\/bp-harbor: .*no such host/), grade: 'none' },
    rig: ({ silent }) => void silent.add('192.0.2.40'),
  },
  {
    id: 'egress-grade-asked',
    gap: 'a grade that the spec asks for and the window does not prove',
    rigged: 'the spec asks for L2, and a chart comes from OpenOva, which the scan did not see',
    expected: { ...fail(/the spec asks for L2, and L1 was proven: HelmRelease flux-system\/bp-openova/), grade: 'L1' },
    rig(world) {
      world.possible = 'L2';
      world.asked = 'L2';
      addOpenovaRelease(world);
    },
  },
  {
    id: 'egress-grade-ruled-out',
    gap: 'a grade that the spec asks for and nobody tried',
    rigged: 'the spec asks for L3, and the scan leaves L1 alone possible',
    expected: { ...fail(/the spec asks for L3, and L1 was proven: nothing higher was tried/), grade: 'L1' },
    rig: (world) => {
      world.asked = 'L3';
    },
  },
];

export const worlds = worldsOn(
  onEgress,
  [...policyWorlds, ...canaryWorlds, ...sovereignWorlds].map((row): Row<EgressWorld> => ({ ...row, item: 'D22' })),
);
