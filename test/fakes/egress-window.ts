/** An egress window as an honest one sees it, to be changed. */
import type { Grade } from '../../src/scans/grade.js';
import { allowedNamesKey, blockNamesKey } from '../../src/scans/umbilical/marks.js';
import { motherNames } from '../../src/scans/umbilical/mother.js';
import type { Sovereign } from '../../src/sovereign/spec/schema.js';
import {
  type Allowed,
  metadataAddress,
  openovaNames,
  shortListHosts,
} from '../../src/verification/experiment/egress/allow-list.js';
import { allowedNames, blockSpec } from '../../src/verification/experiment/egress/block-policy.js';
import {
  allowedCanaries,
  type CanaryLook,
  deniedCanaries,
  outsideResolvers,
} from '../../src/verification/experiment/egress/canaries.js';
import type { WindowSeen } from '../../src/verification/experiment/egress/window.js';
import { unknownNames } from '../../src/verification/experiment/egress-objects.js';

const at = Date.parse('2026-11-22T10:02:00.000Z');

export function honestWindow(sovereign: Sovereign, grade: Grade = 'L1', windowMs = 10_000): WindowSeen {
  const { fqdn } = sovereign.spec;
  const denied = [
    ...motherNames(sovereign).filter((host) => !fqdn.endsWith(host)),
    ...(grade === 'L1' ? [] : openovaNames(sovereign)),
  ];
  const short = Object.entries(shortListHosts(sovereign)).flatMap(([as, hosts]) =>
    hosts.map((host, index) => ({
      as: as as Allowed['as'],
      host,
      addresses: [`198.18.0.${index + 1}`],
      namedBy: ['spec'],
    })),
  );
  const allowed: Allowed[] = [
    { as: 'own', addresses: ['203.0.113.10'], namedBy: ['nodes of the cluster'] },
    { as: 'cloud', addresses: [metadataAddress], namedBy: ['metadata of the cloud'] },
    ...short,
    ...(grade === 'L3'
      ? []
      : [{ as: 'source' as const, host: 'quay.io', addresses: ['192.0.2.44'], namedBy: ['Pod a/b'] }]),
  ];
  const names = {
    [blockNamesKey]: unknownNames(denied, 'run-1'),
    [allowedNamesKey]: allowedNames(allowed, { fqdn, nameServers: ['203.0.113.10'], runId: 'run-1' }),
  };
  const fail = deniedCanaries(denied, allowed);
  const reach = allowedCanaries(allowed);
  const look = (open: boolean): CanaryLook => ({
    hosts: Object.fromEntries([
      ...fail.map((host, index) => [
        host,
        { addresses: open ? [`192.0.2.${100 + index}`] : [], reached: open, ...(open ? {} : { direct: false }) },
      ]),
      ...reach.map((host) => [host, { addresses: ['198.18.0.1'], reached: true }]),
    ]),
    resolvers: Object.fromEntries(outsideResolvers.map((server) => [server, open])),
  });
  const onCluster = (when: number) => ({
    at: when,
    policy: { uid: 'u', generation: 1, spec: blockSpec(allowed) as unknown },
    names: { ...names } as Record<string, string | null>,
  });
  return {
    ...{ grade, windowMs, denied, allowed, fail, reach, names },
    ...{ before: look(true), during: look(false), end: look(false), after: look(true) },
    onCluster: [onCluster(at), onCluster(at + windowMs)],
    window: { from: at, to: at + windowMs },
    reconciled: [
      '3 sources, Kustomizations and releases reconciled',
      '3 sources, Kustomizations and releases reconciled',
    ],
    charts: [{ what: 'HelmRelease flux-system/bp-harbor', ok: true, told: 'sha256:1' }],
    images: { pulled: [], held: [], none: 'not in this world: its nodes do not say which images they have' },
    broken: [],
    problems: [],
  };
}
