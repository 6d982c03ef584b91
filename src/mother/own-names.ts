/** What catalyst calls, and how it marks, whatever it makes on the mother. A name alone never makes an object its own. Pure. */
import { slugOf } from '../sovereign/sovereign-names.js';

export { sovereignLabel } from '../sovereign/sovereign-names.js';

/** Everything that catalyst makes on the mother begins so. */
export const ownPrefix = 'catalyst-sovereign-';

/** What a Job, and whatever serves it, is for. */
export const jobLabel = 'catalyst.openova.io/job';
export const runLabel = 'catalyst.openova.io/run';
/** The process that holds or has made it, as process-identity.ts writes it for others. */
export const processAnnotation = 'catalyst.openova.io/process';

/** On a Flux object that a handover has suspended: by which run, and what the field was. */
export const frozenBy = 'catalyst.openova.io/frozen-by';
export const frozenFrom = 'catalyst.openova.io/frozen-from';

/** Of the redirect's Ingress and Middleware. */
export const redirectNameOf = (fqdn: string) => `${ownPrefix}redirect-${slugOf(fqdn)}`;

/** Of the ConfigMap that keeps the state of a handover, on either side. */
export const recordNameOf = (fqdn: string) => `${ownPrefix}handover-${slugOf(fqdn)}`;

/** Of the Lease, which is one for all Sovereigns. */
export const leaseName = `${ownPrefix}mother`;

/** Of a short Job that reads or erases files; without a run, as plans and sentences name it. */
export const claimJobName = (job: string, runId?: string) =>
  `${ownPrefix}${job}${runId === undefined ? '' : `-${runId.slice(0, 8).toLowerCase()}`}`;

/** Of everything that belongs to an armed undo, without its run. */
export const undoStem = (fqdn: string) => `${ownPrefix}undo-${slugOf(fqdn).slice(0, 24).replace(/-$/, '')}`;

/** Carries Sovereign and run; at most 63 characters, as the name of a Job. */
export const undoName = ({ fqdn, runId }: { fqdn: string; runId: string }) =>
  `${undoStem(fqdn)}-${runId.slice(0, 12).toLowerCase()}`;

/** Kinds of which catalyst makes objects on the mother, each with the label of its Sovereign. */
export const ownKinds = [
  { apiVersion: 'v1', kind: 'ConfigMap' },
  { apiVersion: 'batch/v1', kind: 'Job' },
  { apiVersion: 'v1', kind: 'ServiceAccount' },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role' },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' },
  { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
  { apiVersion: 'traefik.io/v1alpha1', kind: 'Middleware' },
] as const;
