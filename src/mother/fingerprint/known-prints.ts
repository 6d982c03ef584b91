/** A run reads the protected set a dozen times, and most of it never changes: what has not been written since is hashed once. */
import type { Kube, KubeObject } from '../../kubernetes/client/kube.js';
import { type ObjectPrint, type PrintContext, printKey, printObject } from './print-objects.js';

/** By connection, so that another mother shares none; the key is what changes with every write of an object. */
const knownPrints = new WeakMap<Kube, Map<string, ObjectPrint>>();

/**
 * `printObject` that reuses the print of the same version of the same object. Whether an autoscaler sizes the object is part of the
 * version, because it decides what is hashed. An object without uid or resource version is hashed every time.
 */
export function printKnown(mother: Kube, context: PrintContext): (object: KubeObject) => ObjectPrint {
  const known = knownPrints.get(mother) ?? new Map<string, ObjectPrint>();
  knownPrints.set(mother, known);
  return (object) => {
    const { uid, resourceVersion } = object.metadata;
    if (!uid || !resourceVersion) return printObject(object, context);
    const isScaled = context.scaled.has(printKey({ kind: object.kind, ...object.metadata }));
    const version = `${object.apiVersion} ${uid} ${resourceVersion} ${isScaled}`;
    const print = known.get(version) ?? printObject(object, context);
    known.set(version, print);
    return print;
  };
}
