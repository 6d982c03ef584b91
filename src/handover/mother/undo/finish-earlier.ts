/** What an earlier, killed run of this Sovereign has left on the mother is put back by whoever holds her next (docs/decisions/0013). */
import { type Kube, refOfObject } from '../../../kubernetes/client/kube.js';
import { kustomizationApi } from '../../../mother/discover.js';
import { type ArmedUndo, readUndo, undoJobOf, undoSelector } from '../../../mother/jobs/read-undo.js';
import { runLabel, sovereignLabel } from '../../../mother/own-names.js';
import { fail } from '../../../support/errors/errors.js';
import type { Act, StepContext } from '../../../world/step.js';
import type { World } from '../../../world/world.js';
import { redirectRefs, removeRedirectMutation } from '../redirect.js';
import { ownerMutation, scaleMutation } from '../stop-catalyst.js';
import { undoMutation } from './arm.js';

/** Puts back what a dead run of this Sovereign has left armed, and removes its undo. Throws E5022 when an undo of another Sovereign is armed: what it would put back must not be taken for what was found. */
export async function finishEarlier(world: World, { undo }: StepContext, mother: Kube): Promise<void> {
  const { fqdn, mother: spec } = world.sovereign.spec;
  const { namespace } = spec.catalyst;
  const labelSelector = undoSelector;
  const jobs = await mother.list({ apiVersion: 'batch/v1', kind: 'Job', namespace, labelSelector });
  const undos = jobs.filter((job) => undoJobOf(job) !== undefined).map(readUndo);
  const foreign = undos.find((one) => one.fqdn !== fqdn && !one.made);
  if (foreign) throw armedByAnother(foreign);
  for (const one of undos) if (one.fqdn === fqdn && !one.made) await putBack(world, one, undo.act, mother);
  const kinds = [
    { apiVersion: 'batch/v1', kind: 'Job' },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role' },
    { apiVersion: 'v1', kind: 'ServiceAccount' },
  ];
  for (const kind of kinds) {
    const left = await mother.list({ ...kind, labelSelector });
    for (const object of left)
      if (undoJobOf(object) !== undefined && object.metadata.labels?.[sovereignLabel] === fqdn)
        await undo.act({ ...undoMutation(object, 'disarm'), putsBack: true }, async (writers) =>
          (await writers.mother()).delete(refOfObject(object)),
        );
  }
}

/** Only what is still as that run has left it: what somebody has changed since is theirs. */
async function putBack(world: World, undo: ArmedUndo, act: Act, mother: Kube): Promise<void> {
  const { deployment, kustomization, redirect } = undo;
  if (deployment) await startDeployment(deployment, act, mother);
  if (kustomization) await resumeOwner(kustomization, act, mother);
  if (redirect) await removeUnchecked(world, undo, act, mother);
}

type Part<K extends keyof ArmedUndo> = NonNullable<ArmedUndo[K]>;

async function startDeployment(
  { namespace, name, replicas }: Part<'deployment'>,
  act: Act,
  mother: Kube,
): Promise<void> {
  const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name };
  if ((await mother.get(ref))?.spec?.replicas === 0 && replicas > 0)
    await act({ ...scaleMutation({ namespace, deployment: ref }, replicas), putsBack: true }, async (writers) =>
      (await writers.mother()).patch(ref, { spec: { replicas } }, 'scale'),
    );
}

async function resumeOwner({ suspend, ...at }: Part<'kustomization'>, act: Act, mother: Kube): Promise<void> {
  const owner = { apiVersion: kustomizationApi, kind: 'Kustomization', ...at };
  if ((await mother.get(owner))?.spec?.suspend !== true) return;
  const resume = ownerMutation({ kustomization: { ...owner, suspended: false } }, 'resume');
  if (resume)
    await act({ ...resume, putsBack: true }, async (writers) =>
      (await writers.mother()).patch(owner, { spec: { suspend } }),
    );
}

/** The redirect that a run made and did not see to work; this run makes it anew. */
async function removeUnchecked(world: World, { fqdn, runId }: ArmedUndo, act: Act, mother: Kube): Promise<void> {
  const { ingress, middleware } = redirectRefs(world);
  for (const ref of [ingress, middleware]) {
    const { [sovereignLabel]: sovereign, [runLabel]: run } = (await mother.get(ref))?.metadata.labels ?? {};
    if (sovereign === fqdn && run === runId)
      await act({ ...removeRedirectMutation(ref), putsBack: true }, async (writers) =>
        (await writers.mother()).delete(ref),
      );
  }
}

function armedByAnother({ fqdn, runId, until, job, redirect }: ArmedUndo) {
  const { namespace, name } = job.metadata;
  const what = redirect ? 'A redirect on the mother is made' : 'catalyst-api on the mother is stopped';
  return fail(
    'E5022',
    `${what} by a run of ${fqdn || 'another Sovereign'} (${runId || 'unknown'}); its undo is armed until ${until}. Nothing was changed.`,
    {
      actions: [
        `run the command again after ${until}: the mother will have undone it by then`,
        `kubectl -n ${namespace} get job ${name} -o yaml`,
      ],
      data: { sovereign: fqdn, run: runId, until, job: `${namespace}/${name}` },
    },
  );
}
