/** Steps of phases 0 to 6 on one world: the data of wbs.ts joined with what does the work and what proves it. */
import type { Blueprint } from '../blueprints/catalog/blueprint.js';
import type { Kube } from '../kubernetes/client/kube.js';
import { fail } from '../support/errors/errors.js';
import type { Step, StepContext } from '../world/step.js';
import type { World } from '../world/world.js';
import { createSecretMaker, type SecretMaker } from './credentials/blueprint-secrets.js';
import { delegation } from './delegation/delegate.js';
import { createDelegateZoneStep } from './delegation/delegate-zone.js';
import { firstCertificate } from './install/first-certificate.js';
import { proofOfStep } from './proofs/proof-of-step.js';
import { createBindHelmControllerStep } from './steps/bind-helm-controller.js';
import { createClusterStep } from './steps/create-cluster.js';
import { createInstallStep } from './steps/install-blueprint.js';
import { createProveObjectStorageStep } from './steps/prove-object-storage.js';
import { createPurgeStep } from './steps/purge-leftovers.js';
import { createSeedCiliumStep } from './steps/seed-cilium.js';
import { tickets, unticketed } from './wbs.js';

type Wbs = Pick<Step, 'title' | 'phase' | 'needs'>;

/** What the WBS says of a step: title, phase and needs. */
export function wbsOf(id: string): Wbs {
  const ticket = tickets.find((one) => one.id === id);
  if (ticket) return { title: ticket.title, phase: ticket.phase, needs: ticket.dependsOn };
  const other = unticketed.find((one) => one.id === id);
  if (other) return { title: other.title, phase: other.phase, needs: other.needs };
  throw fail('E9001', `The step ${id} is not in the WBS.`);
}

/** Cluster, Object Storage, purge, delegation and the 24 Blueprints, in the order of the phases. */
export function platformSteps(world: World): Step[] {
  const secrets = createSecretMaker(world);
  const steps = [
    createPurgeStep(world),
    createProveObjectStorageStep(world),
    { ...createClusterStep(world), after: ['#370'] },
    ...world.blueprints.map((blueprint) => blueprintStep(world, blueprint, secrets)),
    createDelegateZoneStep(world, wbsOf('#374')),
  ];
  return steps.sort((a, b) => a.phase - b.phase);
}

function blueprintStep(world: World, blueprint: Blueprint, secrets: SecretMaker): Step {
  const wbs = wbsOf(blueprint.step);
  if (blueprint.name === 'bp-cilium') return createSeedCiliumStep(world, blueprint, wbs);
  if (blueprint.name === 'bp-flux') return createBindHelmControllerStep(world, blueprint, secrets, wbs);
  const proof = proofOfStep[blueprint.step];
  if (!proof) throw fail('E9001', `No proof is registered for step ${blueprint.step}.`);
  // A certificate authority follows the public chain, so the delegation stands before the first certificate is asked for.
  const beforeGlue = blueprint.name === 'bp-cert-manager-powerdns-webhook' ? beforeCertificate(world) : undefined;
  const step = createInstallStep(world, { blueprint, proof, secrets, ...wbs, beforeGlue });
  return beforeGlue ? { ...step, destructive: beforeGlue.destructive } : step;
}

function beforeCertificate(world: World) {
  const delegated = delegation(world);
  const first = firstCertificate(world);
  return {
    ...delegated,
    plan: async (kube: Kube | undefined) => [...(await delegated.plan(kube)), ...(await first.plan(kube))],
    async run(context: StepContext) {
      await delegated.run(context);
      await first.run(context);
    },
  };
}
