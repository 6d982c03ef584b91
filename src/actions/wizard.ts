/** The walk after the questions: preflight, plan, phases 0–8 on one journal, verdict. */
import type { PlannedMutation } from '../engine/plan.js';
import { credentialProbes } from '../walk/credentials/credential-probes.js';
import { phases } from '../walk/wbs.js';
import type { World } from '../world/world.js';
import { verifyCredentials } from './credentials/verify.js';
import { runPreflight } from './preflight.js';
import { runSelectedSteps, type StepsRun } from './session/run-steps.js';
import type { Session } from './session/session.js';
import { allSteps, type WalkChoices } from './session/steps.js';
import { powerOnServers } from './verify/power-on-servers.js';
import { verdictOf } from './verify/verdict.js';

export interface WizardOptions extends WalkChoices {
  /** Stops after this phase. */
  until?: number;
  force?: string;
}

export interface WizardResult extends StepsRun {
  sovereign: string;
  until: number;
  /** PASS once phase 8 has proven it; a verdict that is not PASS is thrown as a failed check. */
  verdict?: string;
  /** The grade of independence that was proven, and what blocks the next one. */
  independence?: string;
  /** Path of the HTML report. */
  report?: string;
  bundle?: string;
  /** Path of the spec, when the answers were saved and nothing was started. */
  spec?: string;
}

export const savedOnly = (sovereign: string): WizardResult => ({
  ...{ runId: '', planHash: '', proven: [], sovereign, until: -1 },
});

export async function runWizard(session: Session, options: WizardOptions): Promise<WizardResult> {
  const { world } = session;
  const until = options.until ?? phases.length - 1;
  const all = allSteps(world, options);
  const selected = all.filter((step) => step.phase <= until).map((step) => step.id);
  await powerOnServers(session);
  await runPreflight(session);
  // A token that only reads is found here, not in the middle of #370. The Object Storage keys are tried by #371.
  await verifyCredentials(session, 'hetzner');
  const run = await runSelectedSteps(session, {
    schedule: 'phases',
    force: options.force,
    all,
    selected,
    inputs: { command: 'wizard', until, window: options.window, purge: options.purge, spend: options.spend },
  });
  const mutations = run.mutations && [...tokenProbe(world), ...run.mutations];
  return {
    ...run,
    ...(mutations ? { mutations } : {}),
    sovereign: world.sovereign.spec.fqdn,
    until,
    ...verdictOf(world.stateDir),
  };
}

/** What the try of the token changes, as the journal tells it. */
function tokenProbe(world: World): PlannedMutation[] {
  const probes = credentialProbes(world).filter(({ id }) => id === 'hetzner');
  return probes.flatMap((probe) => probe.plan()).map((mutation) => ({ step: 'credentials', ...mutation }));
}
