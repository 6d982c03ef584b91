/** Small readings of objects and refusals that every rule needs. */
import type { KubeObject, KubeRef } from '../../tools/kube.js';
import { RequestRefused } from '../kubernetes/client.js';

export const refOf = (object: KubeObject): KubeRef => ({
  apiVersion: object.apiVersion,
  kind: object.kind,
  name: object.metadata.name,
  ...(object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace }),
});

/** HTTP status of a refused request. */
export const statusOf = (error: unknown): number | undefined =>
  error instanceof RequestRefused ? error.status : undefined;
