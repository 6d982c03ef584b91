/** D15: each place on the mother where something of the Sovereign can be left, once. */
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { fail, notChecked, worldsOn } from '../rigged-world.js';
import { fqdn, leftovers, lostId } from '../stages/leftovers.js';
import { onResidue } from '../stages/residue.js';

/** That it started after the erasure shows that its volume is a new one. */
const podOfCatalyst = (creationTimestamp: string): KubeObject => ({
  ...{ apiVersion: 'v1', kind: 'Pod', spec: {} },
  metadata: { namespace: 'catalyst', name: 'catalyst-api-old', labels: { app: 'catalyst-api' }, creationTimestamp },
});

const restarted = {
  containerStatuses: [{ name: 'api', restartCount: 1, state: { running: { startedAt: '2026-11-02T00:00:00Z' } } }],
};

const slug = (text: string) => text.toLowerCase().replace(/[^a-z0-9]+/g, '-');

const objects = worldsOn(
  onResidue,
  leftovers.map(([what, object, names]) => ({
    ...{ id: `left-${slug(what)}`, item: 'D15', gap: what, rigged: `left on the mother: ${what}` },
    expected: fail(names),
    rig: (world) => world.objects.push(object),
  })),
);

const places = worldsOn(onResidue, [
  {
    ...{ id: 'left-record', item: 'D15', gap: 'a file of a record on the claim' },
    rigged: 'a kubeconfig on the claim whose record is gone; only the journal knows its id',
    expected: fail(/kubeconfigs\/5cd1bceaaacb71f6\.yaml/),
    rig: (world) => world.files.push(`ours kubeconfigs/${lostId}.yaml`),
  },
  {
    ...{ id: 'left-memory', item: 'D15', gap: 'a record that is only in memory' },
    rigged: 'catalyst-api still serves the erased record, whose id only the journal knows',
    expected: fail(/record 5cd1bceaaacb71f6 is served/),
    rig: (world) => world.inMemory.push(lostId),
  },
  {
    ...{ id: 'left-scratch', item: 'D15', gap: 'a volume that lives as long as its Pod' },
    rigged: 'a Pod of catalyst-api is older than the erasure: its scratch volume may hold plans with tokens',
    expected: fail(/Pod catalyst\/catalyst-api-old: its scratch volume is older than the erasure/),
    rig: (world) => world.objects.push(podOfCatalyst('2026-10-31T00:00:00Z')),
  },
  {
    ...{ id: 'left-scratch-restarted', item: 'D15', gap: 'a container that was restarted in its Pod' },
    rigged:
      'the container of catalyst-api started after the erasure, its Pod before: the emptyDir is still the old one',
    expected: fail(/Pod catalyst\/catalyst-api-old: its scratch volume is older than the erasure/),
    rig: (world) => world.objects.push({ ...podOfCatalyst('2026-10-31T00:00:00Z'), status: restarted }),
  },
  {
    ...{ id: 'left-scratch-kept', item: 'D15', gap: 'a scratch volume that a new Pod finds again' },
    rigged: 'OpenTofu works on a hostPath: the Pod is younger than the erasure, and its plans are still there',
    expected: fail(
      /Deployment catalyst\/catalyst-api: its scratch volume scratch at \/tmp\/catalyst\/tofu is of kind hostPath/,
    ),
    rig: (world) => Object.assign(world, { scratch: { hostPath: { path: '/srv/tofu' } } }),
  },
  {
    ...{ id: 'left-scratch-claim', item: 'D15', gap: 'a scratch volume on a claim of its own' },
    rigged: 'OpenTofu works on a second claim, which no inventory lists',
    expected: fail(/its scratch volume scratch at \/tmp\/catalyst\/tofu is of kind PersistentVolumeClaim tofu-state/),
    rig: (world) => Object.assign(world, { scratch: { persistentVolumeClaim: { claimName: 'tofu-state' } } }),
  },
  {
    ...{ id: 'left-mother-off', item: 'D15', gap: 'a mother that is switched off' },
    rigged: 'the mother is switched off: what she holds cannot be read, and is not nothing',
    expected: notChecked(/the mother cannot be read: ECONNREFUSED/),
    rig: (world) => Object.assign(world, { off: true }),
  },
  {
    ...{ id: 'left-zone', item: 'D15', gap: 'a copy of the zone' },
    rigged: "the mother's PowerDNS has the zone of the Sovereign",
    expected: fail(/a copy of zone omantel\.omani\.works/),
    rig: ({ zones }) => Object.assign(zones, { [`${fqdn}.`]: [] }),
  },
  {
    ...{ id: 'left-sub-zone', item: 'D15', gap: 'a zone below the Sovereign' },
    rigged: "the mother's PowerDNS has a zone below the Sovereign",
    expected: fail(/zone apps\.omantel\.omani\.works/),
    rig: ({ zones }) => Object.assign(zones, { [`apps.${fqdn}.`]: [] }),
  },
  {
    ...{ id: 'left-txt', item: 'D15', gap: 'a record set below the FQDN in the parent' },
    rigged: 'a TXT record of a challenge in the parent zone',
    expected: fail(/TXT _acme-challenge\.omantel/),
    rig: ({ zones }) =>
      zones['omani.works.']!.push({ name: `_acme-challenge.${fqdn}.`, type: 'TXT', records: ['"x"'] }),
  },
  {
    ...{ id: 'left-ns9', item: 'D15', gap: "an address of the mother's that looks like glue" },
    rigged: "an A record ns9 at the mother's address in the parent zone",
    expected: fail(/A ns9\.omantel/),
    rig: ({ zones }) => zones['omani.works.']!.push({ name: `ns9.${fqdn}.`, type: 'A', records: ['192.0.2.10'] }),
  },
  {
    ...{ id: 'left-higher-zone', item: 'D15', gap: 'a record set in a zone further above' },
    rigged: 'an address of the Sovereign in a zone above the parent',
    expected: fail(/A console\.omantel/),
    rig: ({ zones }) =>
      Object.assign(zones, { 'works.': [{ name: `console.${fqdn}.`, type: 'A', records: ['203.0.113.7'] }] }),
  },
  {
    ...{ id: 'left-alias', item: 'D15', gap: 'a name of the mother that leads to the Sovereign' },
    rigged: "a CNAME in another zone of the mother's that leads to the Sovereign",
    expected: fail(/CNAME old\.openova\.io\. names omantel\.omani\.works/),
    rig: ({ zones }) =>
      Object.assign(zones, {
        'openova.io.': [{ name: 'old.openova.io.', type: 'CNAME', records: [`console.${fqdn}.`] }],
      }),
  },
  {
    ...{ id: 'left-pool', item: 'D15', gap: 'a second row in the pool' },
    rigged: 'another row of the pool names the Sovereign',
    expected: fail(/row omantel-old/),
    rig: ({ pool }) => pool.push({ subdomain: 'omantel-old', sovereignFQDN: fqdn }),
  },
]);

export const worlds = [...objects, ...places];
