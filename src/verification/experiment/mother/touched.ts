/** What the fault touches on the mother, which the undo leaves exactly as it was. */
import type { Kube } from '../../../kubernetes/client/kube.js';
import type { CatalystOnMother } from '../../../mother/discover.js';
import { hashOf } from '../../../support/hash.js';

/** Deployment and Kustomization, to be equal before and after. */
export async function touchedObjects(mother: Kube, catalyst: CatalystOnMother): Promise<Record<string, string>> {
  const refs = [catalyst.deployment, ...(catalyst.kustomization ? [catalyst.kustomization] : [])];
  const entries = await Promise.all(
    refs.map(async ({ apiVersion, kind, namespace, name }) => {
      const object = await mother.get({ apiVersion, kind, namespace, name });
      return [`${kind} ${namespace}/${name}`, hashOf({ uid: object?.metadata.uid, spec: object?.spec })] as const;
    }),
  );
  return Object.fromEntries(entries);
}

/** A line for each that differs. Pure. */
export function compareTouched(before: Record<string, string>, after: Record<string, string>): string[] {
  return Object.keys(before)
    .filter((key) => before[key] !== after[key])
    .map((key) => `${key} is not exactly as it was found`);
}
