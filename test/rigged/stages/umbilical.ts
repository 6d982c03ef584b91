/** A Sovereign in memory without a tether, whose parent zone is served by others, beside a mother with an authority of her own. */
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import type { DnsAnswer, DnsQuestion } from '../../../src/tools/dns/dns.js';
import { umbilicalClean } from '../../../src/verification/dod/checks/independence.js';
import type { Scope } from '../../../src/verification/dod/scope.js';
import type { Followed } from '../../../src/verification/experiment/flows/flows.js';
import type { World } from '../../../src/world/world.js';
import { answeringNodes, type NodeAnswers } from '../../fakes/answering-nodes.js';
import { omantel } from '../../fakes/fake-world.js';
import { type Serving, servedCluster } from '../../fakes/served-cluster.js';
import { fakeContext, fakeWorld } from '../../unit/walk/rig.js';
import type { Stage } from '../rigged-world.js';
import { motherAddress, motherAddress6, motherCa } from './tethers.js';

const fqdn = 'omantel.omani.works';

const records: Record<string, Partial<Record<DnsQuestion['type'], string[]>>> = {
  'omani.works': { NS: ['ns.parent.example'] },
  [fqdn]: { A: ['203.0.113.7'], NS: [`ns1.${fqdn}`] },
};

export interface Scanning {
  serving?: Serving;
  spec?: Record<string, unknown>;
  /** Instead of those of a Sovereign without a tether. */
  records?: typeof records;
  /** Text of the files at the head of its branch. */
  files?: Record<string, string>;
  /** The mother does not answer. */
  motherAway?: boolean;
  /** What the Jobs on the nodes tell; without it the world is a lab, whose nodes have no files. */
  nodes?: NodeAnswers;
  /** The kill experiment before it, with what Hubble saw. */
  experiment?: Followed;
}

/** A world to scan; whatever a scan does not read is refused. */
export async function scannedWorld(objects: readonly KubeObject[], given: Scanning = {}): Promise<World> {
  const { serving = {}, spec = {}, files = {}, motherAway, nodes } = given;
  const dns = async ({ name, type }: DnsQuestion): Promise<DnsAnswer> => {
    const hers = { A: [motherAddress], AAAA: [motherAddress6] } as (typeof records)[string];
    const known = name.endsWith('openova.io') ? hers : { ...records, ...given.records }[name];
    const answers = (known?.[type] ?? []).map((data) => ({ name, type, ttl: 300, data }));
    return { rcode: 'NOERROR', authoritative: true, answers, authorities: [], additionals: [] };
  };
  const mother = servedCluster([authority(motherCa.certificate)]);
  const cluster = servedCluster(objects, serving);
  if (nodes) answeringNodes(cluster, nodes);
  const { world } = await fakeWorld({
    cluster,
    sovereign: omantel({}, spec),
    dns,
    mother: motherAway ? () => Promise.reject(new Error('the mother does not answer')) : async () => mother,
    git: {
      read: async () => ({ sha: 'a'.repeat(40), files: new Map(Object.entries(files)) }),
    } as unknown as World['git'],
  });
  return world;
}

const authority = (certificate: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'kube-system', name: 'kube-root-ca.crt' },
  data: { 'ca.crt': certificate },
});

/** What reads the tree of the Sovereign's own Git. */
export const ownGit = (ref: Record<string, string> = { branch: 'main' }): KubeObject => ({
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  metadata: { namespace: 'flux-system', name: 'flux-system' },
  spec: { url: 'http://gitea-http.gitea.svc.cluster.local:3000/sovereign/fleet.git', ref },
});

export interface UmbilicalWorld {
  objects: KubeObject[];
  scanning: Scanning;
}

export const onUmbilical: Stage<UmbilicalWorld> = {
  honest: () => ({ objects: [ownGit()], scanning: {} }),
  async judge({ objects, scanning }) {
    const world = await scannedWorld(objects, scanning);
    const { context } = fakeContext(world);
    const { nodes, experiment } = scanning;
    const scope = { world, context, experiment, options: { lab: nodes === undefined } } as unknown as Scope;
    return umbilicalClean(scope);
  },
};
