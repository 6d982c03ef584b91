/** What an egress window lets out at each grade, as policy and as names. */
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../../src/kubernetes/client/kube.js';
import { ownMarkOf } from '../../../../../src/scans/umbilical/marks.js';
import {
  openovaNames,
  publicSources,
  shortListHosts,
} from '../../../../../src/verification/experiment/egress/allow-list.js';
import {
  allowedNames,
  blockPolicy,
  blockSpec,
  widened,
} from '../../../../../src/verification/experiment/egress/block-policy.js';
import { omantel } from '../../../../fakes/fake-world.js';

const fqdn = 'omantel.omani.works';
const source = (url: string, kind = 'HelmRepository'): KubeObject => ({
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind,
  metadata: { namespace: 'flux-system', name: url },
  spec: { url },
});
const pod = (image: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'a', name: image },
  spec: { containers: [{ image }] },
});
const hosts = (objects: KubeObject[], grade: 'L1' | 'L2' | 'L3') =>
  publicSources(objects, { fqdn, grade }).map(({ host }) => host);

describe('the list of a window', () => {
  const objects = [
    source('oci://registry.example:5000/openova-io/charts'),
    source('https://charts.example/x'),
    source('https://someone.github.io/charts'),
    source(`oci://harbor.${fqdn}/charts`),
    source('http://gitea-http.gitea.svc.cluster.local:3000/a.git', 'GitRepository'),
    pod('quay.io/a/b:1'),
    pod('nginx:1'),
    pod('ghcr.io/openova-io/api:1'),
    pod(`harbor.${fqdn}/a/b:1`),
  ];

  it('has every public source at L1, with what it refers to, and nothing of the Sovereign', () => {
    const all = hosts(objects, 'L1');
    expect(all).toEqual(expect.arrayContaining(['charts.example', 'registry.example', 'quay.io', 'docker.io']));
    expect(all).toEqual(expect.arrayContaining(['someone.github.io', 'release-assets.githubusercontent.com']));
    expect(all).toEqual(expect.arrayContaining(['registry-1.docker.io', 'pkg-containers.githubusercontent.com']));
    expect(all.filter((host) => /omantel|svc/.test(host!))).toEqual([]);
  });

  it("has none of OpenOva's at L2, and none at L3", () => {
    const some = hosts(objects, 'L2');
    expect(some).toEqual(expect.arrayContaining(['charts.example', 'quay.io']));
    expect(some.filter((host) => /registry\.example|ghcr\.io/.test(host!))).toEqual([]);
    // one address serves both: while another needs it, only the scan tells them apart
    expect(hosts([...objects, pod('ghcr.io/fluxcd/x:1')], 'L2')).toContain('ghcr.io');
    expect(hosts(objects, 'L3')).toEqual([]);
  });

  it('names who needs an entry, a few of many', () => {
    const many = ['a', 'b', 'c', 'd', 'e'].map((tag) => pod(`quay.io/x/y:${tag}`));
    const [quay] = publicSources(many, { fqdn, grade: 'L1' }).filter(({ host }) => host === 'quay.io');
    expect(quay!.namedBy).toEqual(['Pod a/quay.io/x/y:a', 'Pod a/quay.io/x/y:b', 'Pod a/quay.io/x/y:c', 'and 2 more']);
  });

  it('has the cloud, the buckets and the ACME server of the spec at every grade', () => {
    const short = shortListHosts(omantel());
    expect(short.cloud).toEqual(['api.hetzner.cloud']);
    expect(short.acme).toContain('acme-staging-v02.api.letsencrypt.org');
    expect(short.storage).toContain('omantel-test-harbor.fsn1.your-objectstorage.com');
    expect(openovaNames(omantel())).toEqual(['api.dynadot.com', 'dynadot.com', 'openova.io']);
  });
});

describe('the policy of a window', () => {
  const allowed = [{ as: 'source' as const, host: 'quay.io', addresses: ['192.0.2.4', '2001:db8::4'], namedBy: [] }];
  const spec = () => structuredClone(blockSpec(allowed)) as Record<string, unknown> & ReturnType<typeof blockSpec>;

  it('denies both families but for the addresses of the list', () => {
    expect(blockSpec(allowed).egressDeny).toEqual([
      {
        toCIDRSet: [
          { cidr: '0.0.0.0/0', except: ['192.0.2.4/32'] },
          { cidr: '::/0', except: ['2001:db8::4/128'] },
        ],
      },
    ]);
    expect(blockSpec([]).egressDeny[0]!.toCIDRSet).toEqual([{ cidr: '0.0.0.0/0' }, { cidr: '::/0' }]);
  });

  it('is recognized, whatever words describe it, and in any other form is not', () => {
    expect(widened({ ...spec(), description: 'x' }, allowed)).toEqual([]);
    expect(widened({ ...spec(), egressDeny: undefined }, allowed)).toEqual(['it denies nothing']);
    const wider = spec();
    wider.egressDeny[0]!.toCIDRSet[0]!.except!.push('0.0.0.0/0');
    expect(widened(wider, allowed)).toEqual(['it lets out 0.0.0.0/0']);
    expect(widened({ ...spec(), egress: [{ toEntities: ['world'] }] }, allowed)).toHaveLength(1);
    expect(widened({ ...spec(), nodeSelector: {} }, allowed)).toEqual(['it has nodeSelector']);
    expect(widened(undefined, allowed).length).toBeGreaterThan(0);
  });

  it('is a mark of its run whose exceptions the umbilical scan still reads', () => {
    const run = {
      ...{ fqdn, runId: 'r1', until: new Date('2026-11-22T10:00:00Z') },
      process: { pid: 1, started: '', pids: '', boot: '', machine: '' },
    };
    const marked = ownMarkOf(blockPolicy(run, allowed), fqdn, new Date('2026-11-22T09:00:00Z'));
    expect(marked).toMatchObject({ mark: { run: 'r1', expired: false } });
    expect(marked!.path).toBeUndefined();
  });

  it('goes with names that are fixed to the same addresses, and the own zone at its own servers', () => {
    const own = { as: 'own' as const, host: `console.${fqdn}`, addresses: ['203.0.113.9'], namedBy: [] };
    expect(allowedNames([...allowed, own], { fqdn, nameServers: ['203.0.113.10'], runId: 'r1' })).toBe(
      '# run r1\nquay.io:53 {\n    hosts {\n        192.0.2.4 quay.io\n        2001:db8::4 quay.io\n    }\n}\nomantel.omani.works:53 {\n    forward . 203.0.113.10\n}\n',
    );
  });
});
