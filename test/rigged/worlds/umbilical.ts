/** D14: every tether by itself, in every kind and wrapping; what could not be looked at; and what the spec accepts no longer. */
import { flowRow, followed, nodeFlows } from '../../fakes/followed.js';
import { fail, notChecked, worldsOn } from '../rigged-world.js';
import { motherAddress, tethers } from '../stages/tethers.js';
import { onUmbilical, ownGit } from '../stages/umbilical.js';

const escaped = (text: string) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
const slug = (text: string) => text.toLowerCase().replace(/[^a-z0-9]+/g, '-');

const planted = worldsOn(
  onUmbilical,
  tethers.map(({ rigged, objects, names, grade }) => ({
    ...{ id: `tether-${slug(rigged)}`, item: 'D14', gap: rigged, rigged: `a tether: ${rigged}` },
    expected: fail(new RegExp(escaped(names.replace(/^subject /, '')))),
    rig(world) {
      world.objects.push(...objects);
      // what is OpenOva's and not the mother's stands in the way of L2 alone
      if (grade === 'L2') world.scanning.spec = { independence: { grade } };
    },
  })),
);

const others = worldsOn(onUmbilical, [
  {
    ...{ id: 'git-tree', item: 'D14', gap: 'a file of the Git tree' },
    rigged: 'a manifest on the branch that Flux reads names the mother, and was not applied yet',
    expected: fail(/sovereign\/fleet\.git main: apps\/a\.yaml: names mail\.openova\.io/),
    rig: ({ scanning }) => {
      scanning.files = { 'apps/a.yaml': 'kind: ConfigMap\ndata:\n  relay: mail.openova.io\n' };
    },
  },
  {
    ...{ id: 'git-tag', item: 'D14', gap: 'a source without a branch' },
    rigged: 'a GitRepository that reads a tag',
    expected: fail(/reads a tag or a commit/),
    rig: ({ objects }) => objects.splice(0, 1, ownGit({ tag: 'v1' })),
  },
  {
    ...{ id: 'parent-zone', item: 'D14', gap: 'the parent zone is served by the mother' },
    rigged: 'the parent zone is served by the mother and the spec accepts nothing',
    expected: fail(/served by the mother's ns1\.openova\.io/),
    rig: ({ scanning }) => {
      scanning.records = { 'omani.works': { NS: ['ns1.openova.io.'] } };
    },
  },
  {
    ...{ id: 'accepted-too-long', item: 'D14', gap: 'an accepted finding past its date' },
    rigged: 'the parent zone is served by the mother, accepted until yesterday',
    expected: fail(/accepted by the spec until 2026-11-22, which has passed/),
    rig: ({ scanning }) => {
      scanning.records = { 'omani.works': { NS: ['ns1.openova.io.'] } };
      scanning.spec = { independence: { accepted: [{ what: 'parent omani.works', why: 'w', until: '2026-11-22' }] } };
    },
  },
  {
    ...{ id: 'own-name', item: 'D14', gap: "the Sovereign's name leads to the mother" },
    rigged: "the Sovereign's own name has the mother's address",
    expected: fail(new RegExp(escaped(motherAddress))),
    rig: ({ scanning }) => {
      scanning.records = { 'omantel.omani.works': { A: [motherAddress] } };
    },
  },
  {
    ...{ id: 'forbidden-kind', item: 'D14', gap: 'a kind that may not be listed' },
    rigged: 'Secrets may not be listed',
    expected: fail(/could not look at secrets \(v1\).*this login cannot list/),
    rig: ({ scanning }) => {
      scanning.serving = { forbidden: ['secrets'] };
    },
  },
  {
    ...{ id: 'broken-group', item: 'D14', gap: 'a group whose discovery fails' },
    rigged: 'an API group that is announced and does not answer',
    expected: fail(/could not look at kinds of a\.example\/v1/),
    rig: ({ scanning }) => {
      scanning.serving = { broken: ['a.example/v1'] };
    },
  },
  {
    ...{ id: 'absent-kind', item: 'D14', gap: 'a kind that must be there is not served' },
    rigged: 'the cluster serves no kind at all',
    expected: fail(/could not look at Secret \(v1\).*does not serve this kind/),
    rig: ({ scanning }) => {
      scanning.serving = { kinds: ['v1 Namespace'] };
    },
  },
  {
    ...{ id: 'mother-away', item: 'D14', gap: 'what only the mother can tell' },
    rigged: 'the mother does not answer, so her authorities are unknown',
    expected: notChecked(/certificate authorities of the mother's cluster/),
    rig: ({ scanning }) => {
      scanning.motherAway = true;
    },
  },
  {
    ...{ id: 'node-registries', item: 'D14', gap: 'registries.yaml of a node' },
    rigged: 'a node pulls by way of a mirror of the mother; no object says so',
    expected: fail(/node w1: \/etc\/rancher\/k3s\/registries\.yaml: names harbor\.openova\.io/),
    rig: ({ scanning }) => {
      scanning.nodes = {
        cp1: ['file h /etc/hosts', 'name cp1.example'],
        w1: ['file h /etc/rancher/k3s/registries.yaml', 'name https://harbor.openova.io/v2'],
      };
    },
  },
  {
    ...{ id: 'node-address', item: 'D14', gap: 'the hosts file of a node, by address' },
    rigged: "a node's hosts file leads a name to the mother's address",
    expected: fail(new RegExp(`node cp1: /etc/hosts: names ${escaped(motherAddress)}`)),
    rig: ({ scanning }) => {
      scanning.nodes = { cp1: ['file h /etc/hosts', `name ${motherAddress}`, 'name cdn.example'] };
    },
  },
  {
    ...{ id: 'node-dead', item: 'D14', gap: 'a node whose Job does not end' },
    rigged: 'one of two nodes does not run its Job',
    expected: fail(/could not look at files of node w1: .*probe-node-files/),
    rig: ({ scanning }) => {
      scanning.nodes = { cp1: ['file h /etc/hosts'], w1: 'dead' };
    },
  },
  {
    ...{ id: 'node-unread', item: 'D14', gap: 'a file of a node that may not be read' },
    rigged: 'registries.yaml of a node is a link to what its Job does not see',
    expected: fail(/could not look at files of node cp1: .*registries\.yaml: it is a link/),
    rig: ({ scanning }) => {
      scanning.nodes = { cp1: ['unread /etc/rancher/k3s/registries.yaml it is a link to elsewhere'] };
    },
  },
  {
    ...{ id: 'connection-to-mother', item: 'D14', gap: 'a connection that no object names' },
    rigged: 'a node itself opens connections to the mother while catalyst-api is stopped; Pods alone are cut off',
    expected: fail(new RegExp(`host on node cp1: opened connections to ${escaped(motherAddress)} tcp/443`)),
    rig: ({ scanning }) => {
      scanning.nodes = { cp1: ['file h /etc/hosts'] };
      scanning.experiment = followed({ nodes: [nodeFlows([flowRow({ to: motherAddress, source: 'host' })])] });
    },
  },
  {
    ...{ id: 'connections-unseen', item: 'D14', gap: 'connections of a node that was not followed throughout' },
    rigged: 'Hubble of a node went away in the kill window',
    expected: fail(/could not look at connections of node cp1.*Hubble went away 1 time /),
    rig: ({ scanning }) => {
      scanning.nodes = { cp1: ['file h /etc/hosts'] };
      scanning.experiment = followed({ nodes: [nodeFlows([], { gaps: 1 })] });
    },
  },
]);

export const worlds = [...planted, ...others];
