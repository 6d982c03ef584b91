/** What catalyst itself has on the mother and what may be there: what this run holds her with, and the redirect as it is made. Pure. */
import type { KubeObject } from '../../kubernetes/client/kube.js';
import { claimScripts } from '../../mother/jobs/claim-scripts.js';
import { claimJobName, jobLabel, leaseName, redirectNameOf, runLabel, sovereignLabel } from '../../mother/own-names.js';
import { consoleUrl } from '../../sovereign/sovereign-names.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';

/** True for the Lease that this run holds and the Jobs by which it looks: they go with it. Those of other runs are residue. */
export function isOfThisRun(object: KubeObject, fqdn: string, runId: string | undefined): boolean {
  if (runId === undefined) return false;
  const { kind, metadata } = object;
  const { labels = {}, name } = metadata;
  if (kind === 'Lease' && name === leaseName) return labels[sovereignLabel] !== fqdn || labels[runLabel] === runId;
  const jobs = Object.keys(claimScripts).map((script) => claimJobName(script, runId));
  if (kind === 'Job') return labels[sovereignLabel] === fqdn && jobs.includes(name);
  const job = metadata.ownerReferences?.find((owner) => owner.kind === 'Job')?.name ?? '';
  return kind === 'Pod' && (labels[jobLabel] ?? '') in claimScripts && jobs.includes(job);
}

/** True for the redirect as catalyst makes it: nothing but this Sovereign's old addresses, led to its console. */
export function isOwnRedirect({ spec }: Sovereign, object: KubeObject, ids: readonly string[]): boolean {
  const { fqdn, mother } = spec;
  const { namespace, name, labels = {} } = object.metadata;
  const isNamed =
    namespace === mother.catalyst.namespace && name === redirectNameOf(fqdn) && labels[sovereignLabel] === fqdn;
  if (!isNamed) return false;
  if (object.kind === 'Ingress') return leadsOnly(object, new URL(mother.catalyst.consoleUrl).host, ids);
  const { redirectRegex, ...more } = (object.spec ?? {}) as { redirectRegex?: { replacement?: string } };
  // what follows the address is taken over, the address itself is the Sovereign's console
  const target = redirectRegex?.replacement?.startsWith(consoleUrl(fqdn)) ?? false;
  return object.kind === 'Middleware' && target && Object.keys(more).length === 0;
}

function leadsOnly({ spec = {} }: KubeObject, host: string, ids: readonly string[]): boolean {
  const rules = (spec.rules ?? []) as { host?: string; http?: { paths?: { path?: string }[] } }[];
  const allowed = new Set(ids.flatMap((id) => [`/sovereign/${id}`, `/sovereign/provision/${id}`]));
  const paths = rules.flatMap(({ http }) => (http?.paths ?? []).map(({ path = '/' }) => path));
  return (
    rules.every((rule) => rule.host === host) &&
    paths.length > 0 &&
    paths.every((path) => allowed.has(path)) &&
    !spec.defaultBackend
  );
}
