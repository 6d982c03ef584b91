/**
 * What Crossplane's core does with claims and composites of the tree's XRDs, and what function-patch-and-transform makes of them: a
 * claim has one composite, a composite the resources of its Composition, and none of them goes before what it stands for has gone.
 * Follows crossplane v2 internal/controller/apiextensions/{claim,composite} and function-patch-and-transform v0.9 (patches.go).
 */
import { createHash } from 'node:crypto';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { condition, conditions, findCondition } from '../../conditions.js';
import { all, ownedBy, type ReconcileContext, type Rule } from '../../reconciler.js';
import { type Kind, kindOf } from '../../store.js';

export const COMPOSITION = 'apiextensions.crossplane.io/v1/Composition';
const WORKSPACE = 'opentofu.upbound.io/v1beta1/Workspace';
const OPERATOR = /^crossplane$/;
const ofClaim = 'finalizer.apiextensions.crossplane.io';
const ofComposite = 'composite.apiextensions.crossplane.io';
const compositeLabel = 'crossplane.io/composite';

interface Patch {
  type: string;
  fromFieldPath: string;
  toFieldPath: string;
  transforms?: { type: string; convert?: { toType: string }; string?: { type: string; fmt: string } }[];
}

interface Template {
  name: string;
  base: KubeObject;
  patches?: Patch[];
}

/** Of a kind that can be claimed. */
export function claimRule(claimKind: Kind, compositeKind: Kind): Rule {
  const compositeOf = ({ metadata }: KubeObject, lab: ReconcileContext) =>
    lab.store.get(compositeKind, '', nameOfComposite(metadata));
  return {
    name: `crossplane ${claimKind}`,
    kind: claimKind,
    operator: OPERATOR,
    also: {
      [compositeKind]: ({ spec }) => (spec?.claimRef ? [`${spec.claimRef.namespace}/${spec.claimRef.name}`] : []),
    },
    async reconcile(claim, lab) {
      const composite = compositeOf(claim, lab);
      if (claim.metadata.deletionTimestamp) {
        if (!composite) return release(claim, lab, ofClaim);
        if (!composite.metadata.deletionTimestamp) await lab.remove(composite);
        return undefined;
      }
      await hold(claim, lab, ofClaim);
      const { namespace, name } = claim.metadata;
      const { apiVersion, kind } = claim;
      const made = await lab.apply({
        apiVersion,
        kind: compositeKind.split('/').at(-1)!,
        metadata: {
          name: nameOfComposite(claim.metadata),
          labels: { 'crossplane.io/claim-name': name, 'crossplane.io/claim-namespace': namespace! },
        },
        spec: { ...claim.spec, claimRef: { apiVersion, kind, namespace, name } },
      });
      const { conditions: _, ...status } = made.status ?? {};
      const ready = findCondition(made, 'Ready')?.status === 'True';
      return report(claim, lab, ready, status);
    },
  };
}

export function compositeRule(kind: Kind): Rule {
  return {
    name: `crossplane ${kind}`,
    kind,
    operator: OPERATOR,
    also: {
      [COMPOSITION]: all(kind),
      [WORKSPACE]: ({ metadata }) => [`/${metadata.labels?.[compositeLabel] ?? ''}`],
    },
    async reconcile(composite, lab) {
      const composed = lab.store
        .list(WORKSPACE)
        .filter(({ metadata }) => metadata.labels?.[compositeLabel] === composite.metadata.name);
      if (composite.metadata.deletionTimestamp) {
        if (composed.length === 0) return release(composite, lab, ofComposite);
        for (const one of composed) if (!one.metadata.deletionTimestamp) await lab.remove(one);
        return undefined;
      }
      await hold(composite, lab, ofComposite);
      const templates = templatesOf(kind, lab);
      if (!templates) return report(composite, lab, false, {});
      const status: Record<string, unknown> = {};
      let ready = true;
      for (const template of templates) {
        const one = await lab.apply(composedOf(template, composite));
        if (findCondition(one, 'Ready')?.status !== 'True') ready = false;
        for (const patch of template.patches ?? []) {
          const value = patch.type === 'ToCompositeFieldPath' ? read(one, patch.fromFieldPath) : undefined;
          if (value !== undefined) write({ status }, patch.toFieldPath, value);
        }
      }
      return report(composite, lab, ready, status);
    },
  };
}

const nameOfComposite = ({ name, uid }: KubeObject['metadata']) =>
  `${name}-${createHash('sha256').update(`${uid}`).digest('hex').slice(0, 5)}`;

function templatesOf(kind: Kind, lab: ReconcileContext): Template[] | undefined {
  const composition = lab.store
    .list(COMPOSITION)
    .find(({ spec }) => kindOf(spec.compositeTypeRef as { apiVersion: string; kind: string }) === kind);
  const steps = composition?.spec.pipeline as { input?: { resources?: Template[] } }[] | undefined;
  return steps?.flatMap(({ input }) => input?.resources ?? []);
}

function composedOf({ name, base, patches = [] }: Template, composite: KubeObject): KubeObject {
  const composed = structuredClone(base);
  composed.metadata = {
    ...composed.metadata,
    name: `${composite.metadata.name}-${name}`,
    labels: { ...composed.metadata?.labels, [compositeLabel]: composite.metadata.name },
    ownerReferences: [ownedBy(composite)] as never,
  };
  for (const { type, fromFieldPath, toFieldPath, transforms = [] } of patches) {
    if (type !== 'FromCompositeFieldPath') continue;
    const value = read(composite, fromFieldPath);
    // the policy of a patch is Optional unless it says otherwise
    if (value !== undefined) write(composed, toFieldPath, transforms.reduce(transformed, value));
  }
  return composed;
}

function transformed(value: unknown, { type, convert, string }: NonNullable<Patch['transforms']>[number]): unknown {
  if (type === 'convert' && convert?.toType === 'string') return String(value);
  if (type === 'string' && string?.type === 'Format') return string.fmt.replace('%s', String(value));
  throw new Error(`transform type ${type} is not supported`);
}

const parts = (path: string) => path.split(/[.[\]]+/).filter(Boolean);

function read(object: object, path: string): unknown {
  let at: unknown = object;
  for (const part of parts(path)) at = (at as Record<string, unknown> | undefined)?.[part];
  return at;
}

function write(object: object, path: string, value: unknown): void {
  const names = parts(path);
  const last = names.pop()!;
  let at = object as Record<string, unknown>;
  for (const name of names) {
    at[name] ??= {};
    at = at[name] as Record<string, unknown>;
  }
  at[last] = value;
}

export const finalizersOf = ({ metadata }: KubeObject) => (metadata.finalizers ?? []) as string[];

async function hold(object: KubeObject, lab: ReconcileContext, finalizer: string): Promise<void> {
  const finalizers = finalizersOf(object);
  if (!finalizers.includes(finalizer))
    await lab.patch(object, { metadata: { finalizers: [...finalizers, finalizer] } });
}

async function release(object: KubeObject, lab: ReconcileContext, finalizer: string): Promise<undefined> {
  const finalizers = finalizersOf(object).filter((name) => name !== finalizer);
  await lab.patch(object, { metadata: { finalizers } });
  return undefined;
}

async function report(object: KubeObject, lab: ReconcileContext, ready: boolean, status: object): Promise<undefined> {
  const wanted = [
    condition('Synced', true, 'ReconcileSuccess'),
    condition('Ready', ready, ready ? 'Available' : 'Creating'),
  ].map((one) => ({ ...one, observedGeneration: object.metadata.generation }));
  await lab.setStatus(object, { ...status, conditions: conditions(object, lab.clock, wanted) });
  return undefined;
}
