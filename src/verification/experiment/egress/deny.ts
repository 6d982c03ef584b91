/** What a block at a grade lets out and denies, and how it is put on the cluster: the undo first, then the names, then the policy. */
import type { Kube } from '../../../kubernetes/client/kube.js';
import { nodeAddresses } from '../../../kubernetes/node-addresses.js';
import type { Grade } from '../../../scans/grade.js';
import { allowedNamesKey, blockNamesKey } from '../../../scans/umbilical/marks.js';
import { motherDomain } from '../../../sovereign/spec/mother-hosts.js';
import { probePullSecret } from '../../../walk/probes/pull-secret.js';
import type { StepContext } from '../../../world/step.js';
import type { World } from '../../../world/world.js';
import { armExpiry, mutations } from '../egress-life.js';
import { type BlockRun, expiryObjects, unknownNames } from '../egress-objects.js';
import { waysToMother } from '../egress-ways.js';
import { type Allowed, allowList, openovaNames } from './allow-list.js';
import { addressesOf, allowedNames, blockNames, blockPolicy } from './block-policy.js';
import { type CanaryLook, knownAddresses } from './canaries.js';

export interface Denial {
  /** Ways to the mother, by name and by address. */
  ways: { hosts: string[]; addresses: string[] };
  /** Names that are answered with NXDOMAIN. */
  denied: string[];
  allowed: Allowed[];
}

export async function denialAt(world: World, kube: Kube, grade: Grade, signal: AbortSignal): Promise<Denial> {
  const ways = await waysToMother(world);
  const { sovereign } = world;
  const denied = [...ways.hosts, ...(grade === 'L1' ? [] : openovaNames(sovereign))];
  const domain = motherDomain(sovereign.spec.mother);
  const isHers = (host = '') =>
    denied.includes(host) || (domain !== undefined && (host === domain || host.endsWith(`.${domain}`)));
  const allowed = (await allowList(world, kube, grade, signal)).filter(({ host }) => !isHers(host));
  return { ways, denied, allowed };
}

/** Of `names`, those that can show a block: of anybody's, those alone that answer and have an address of their own. Pure. */
export function telling(names: readonly string[], { denied, allowed }: Denial, before: CanaryLook): string[] {
  const [out, known] = [addressesOf(allowed), knownAddresses(before)];
  return names.filter(
    (host) => denied.includes(host) || (before.hosts[host]?.reached && !out.includes(known[host] ?? '')),
  );
}

/** Addresses of the mother that are let out too: a block could not tell the two sides apart. Pure. */
export function sharedIn({ ways, allowed }: Denial, before: CanaryLook): string[] {
  const hers = [...ways.addresses, ...ways.hosts.flatMap((host) => before.hosts[host]?.addresses ?? [])];
  return addressesOf(allowed).filter((address) => hers.includes(address));
}

interface Blocking extends Pick<Denial, 'denied' | 'allowed'> {
  kube: Kube;
  run: BlockRun;
  image: string;
  seconds: number;
}

/** @returns the names as they were written */
export async function deny(context: StepContext, blocking: Blocking): Promise<Record<string, string>> {
  const { kube, run, image, seconds, denied, allowed } = blocking;
  const { act } = context;
  // the first probe has put it there
  const pullSecret = (await probePullSecret(kube))?.metadata.name;
  await armExpiry(kube, context, expiryObjects({ ...run, image, seconds, pullSecret }));
  const nameServers = await nodeAddresses(kube);
  const listed = allowedNames(allowed, { fqdn: run.fqdn, nameServers, runId: run.runId });
  const force = { forceConflicts: true };
  const names = blockNames(denied, listed, run.runId);
  await act(mutations.forget, async (writers) => (await writers.sovereign()).apply([names], force));
  const policy = blockPolicy(run, allowed);
  await act(mutations.deny, async (writers) => (await writers.sovereign()).apply([policy], force));
  return { [blockNamesKey]: unknownNames(denied, run.runId), [allowedNamesKey]: listed };
}
