/** What the mother still holds of this Sovereign, in every place of the platform facts §2.5. Read-only. */
import type { KubeObject } from '../kubernetes/client/kube.js';
import { discoverCatalyst } from '../mother/discover.js';
import { type ClaimInventory, type ClaimMention, isClaimJob } from '../mother/jobs/claim-jobs.js';
import { redirectNameOf } from '../mother/own-names.js';
import { listAllocations } from '../mother/pool-domain-manager.js';
import type { PowerDnsReader } from '../mother/powerdns.js';
import { mentions, nameOfObject, ownershipOf } from '../mother/protected/ownership.js';
import { isProtectedNamespace, parentZoneOf } from '../mother/protected/protected-set.js';
import { protectedReconcilers, readReconcilers } from '../mother/protected/reconcilers.js';
import type { Finding, Scanned, ScanResult } from './scan.js';
import { type ScanPlace, scanPlaces } from './scan-places.js';

export interface ResidueTools {
  /** Files on the claim, as a short Job lists them. */
  inventory(): Promise<ClaimInventory>;
  dns(): Promise<PowerDnsReader>;
  /** Ids of this Sovereign's records, from the handover record. */
  ids: readonly string[];
  /** When catalyst-api was stopped for the erasure; its Pods must be younger. */
  stoppedAt?: string;
}

const erase = 'catalyst handover decommission';

export function scanResidue(look: Scanned, tools: ResidueTools): Promise<ScanResult> {
  return scanPlaces([
    claimFiles(look, tools),
    memory(look, tools),
    scratch(look, tools),
    pool(look),
    zone(look, tools),
    delegation(look, tools),
    ...objects(look),
  ]);
}

function claimFiles(look: Scanned, tools: ResidueTools): ScanPlace {
  const { namespace, claim } = look.sovereign.spec.mother.catalyst;
  return {
    place: `PersistentVolumeClaim ${namespace}/${claim}: deployments, kubeconfigs, executions, tofu, temporary files`,
    how: 'a short Job on the mother that mounts it read-only and compares ids and FQDNs exactly',
    async look() {
      const { files, mentions, ids } = await tools.inventory();
      const where = `${namespace}/${claim}`;
      const own = files.map((file) => ({
        id: `claim ${file}`,
        where,
        what: file,
        breaks: `the mother still holds state of ${ids.length} records, including access to the cluster`,
        remedy: erase,
      }));
      return [...own, ...mentions.map((mention) => mentionedFile(where, mention))];
    },
  };
}

/** A file that no id and no exact slug gives to this Sovereign is never erased; where nobody else owns it, a person decides. */
function mentionedFile(where: string, { path, owner }: ClaimMention): Finding {
  return {
    id: `claim ${path}`,
    where,
    what: `${path} mentions this Sovereign`,
    breaks: 'the mother may still hold state of this Sovereign: no record identifies the owner of the file',
    remedy: `read ${path} on the claim and delete it by hand if it is this Sovereign's`,
    mention: true,
    ...(owner === 'shared' ? { accepted: 'only mentions this Sovereign and belongs to others; it is left alone' } : {}),
  };
}

function memory(look: Scanned, { ids }: ResidueTools): ScanPlace {
  const base = `${look.sovereign.spec.mother.catalyst.consoleUrl.replace(/\/$/, '')}/sovereign/api/v1/deployments`;
  return {
    place: 'memory of catalyst-api',
    how: `GET ${base}/<id> for ${ids.length} ids`,
    async look() {
      const findings: Finding[] = [];
      for (const id of ids) {
        const { status } = await look.http({ url: `${base}/${id}`, timeoutMs: 15_000, signal: look.signal });
        if (status >= 500) throw new Error(`catalyst-api answers ${status}`);
        if (status !== 404)
          findings.push({
            id: `memory ${id}`,
            where: 'catalyst-api',
            what: `record ${id} is served (${status})`,
            breaks: 'it is written back to the claim on the next event',
            remedy: erase,
          });
      }
      return findings;
    },
  };
}

function scratch(look: Scanned, { stoppedAt }: ResidueTools): ScanPlace {
  return {
    place: 'scratch volume of catalyst-api (/tmp/catalyst/tofu)',
    how: 'it lives as long as its Pod: the Pods must have started after catalyst-api was stopped for the erasure',
    async look() {
      const mother = await look.mother();
      const { namespace, labels } = await discoverCatalyst(mother, look.sovereign);
      if (stoppedAt === undefined) return [];
      const labelSelector = Object.entries(labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(',');
      const pods = await mother.list({ apiVersion: 'v1', kind: 'Pod', namespace, labelSelector });
      // Kubernetes keeps whole seconds
      const limit = Math.floor(Date.parse(stoppedAt) / 1000) * 1000;
      return pods
        .filter((pod) => Date.parse(pod.metadata.creationTimestamp ?? '') < limit)
        .map((pod) => ({
          id: `scratch ${pod.metadata.name}`,
          where: `Pod ${namespace}/${pod.metadata.name}`,
          what: 'its scratch volume is older than the erasure; it may hold plans and state with tokens',
          breaks: 'tokens stay readable on the mother',
          remedy: erase,
        }));
    },
  };
}

function pool(look: Scanned): ScanPlace {
  const { endpoint } = look.sovereign.spec.mother.poolDomainManager;
  const { domain, subdomain } = look.sovereign.spec.pool;
  return {
    place: 'pool-domain-manager',
    how: `GET ${endpoint}/api/v1/pool/${domain}/list`,
    async look() {
      const rows = (await listAllocations(look.http, endpoint, domain)).filter((row) => row.subdomain === subdomain);
      return rows.map((row) => ({
        id: `pool ${row.subdomain}.${row.poolDomain}`,
        where: `pool ${row.poolDomain}`,
        what: `row ${row.subdomain}, ${row.state}`,
        breaks: 'nothing while it stays',
        remedy: 'leave it: releasing it would drop the delegation too',
        accepted: 'keeps the name from being given to somebody else; holds no secret',
      }));
    },
  };
}

function zone(look: Scanned, tools: ResidueTools): ScanPlace {
  const { fqdn, mother } = look.sovereign.spec;
  return {
    place: "zones of the mother's PowerDNS",
    how: `GET ${mother.powerdns.endpoint}/api/v1/servers/localhost/zones/${fqdn}.`,
    async look() {
      const there = await (await tools.dns()).zone(fqdn);
      if (!there) return [];
      return [
        {
          id: `zone ${fqdn}`,
          where: "the mother's PowerDNS",
          what: `a copy of zone ${fqdn} with ${there.length} record sets`,
          breaks: 'it answers with old addresses in place of the delegation',
          remedy: erase,
        },
      ];
    },
  };
}

function delegation(look: Scanned, tools: ResidueTools): ScanPlace {
  const { fqdn } = look.sovereign.spec;
  const parent = parentZoneOf(look.sovereign);
  return {
    place: `parent zone ${parent}`,
    how: "GET of the zone from the mother's PowerDNS: record sets at and below the FQDN",
    async look() {
      const sets = (await (await tools.dns()).zone(parent)) ?? [];
      const mine = sets.filter(({ name }) => name === `${fqdn}.` || name.endsWith(`.${fqdn}.`));
      return mine.map((set) => {
        const structural = set.type === 'NS' || set.type === 'DS' || /^ns\d+\./.test(set.name);
        return {
          id: `rrset ${set.name} ${set.type}`,
          where: `zone ${parent}`,
          what: `${set.type} ${set.name}`,
          breaks: structural
            ? 'the name of the Sovereign, were it removed'
            : 'it hides what the Sovereign itself serves',
          remedy: structural ? 'leave it' : 'delete the record set',
          ...(structural ? { accepted: 'delegation and glue are what a parent must know' } : {}),
        };
      });
    },
  };
}

const kinds: readonly { apiVersion: string; kind: string; what: string }[] = [
  { apiVersion: 'v1', kind: 'Secret', what: 'Secrets' },
  { apiVersion: 'v1', kind: 'ConfigMap', what: 'ConfigMaps' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', what: 'Ingresses' },
  { apiVersion: 'traefik.io/v1alpha1', kind: 'Middleware', what: 'Middlewares' },
  { apiVersion: 'batch/v1', kind: 'Job', what: 'Jobs' },
  { apiVersion: 'catalyst.openova.io/v1alpha1', kind: 'ProvisioningState', what: 'ProvisioningStates' },
  {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    what: 'Flux Kustomizations, their Git paths too',
  },
  { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', what: 'Flux GitRepositories' },
  { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', what: 'Flux HelmReleases' },
];

function objects(look: Scanned): ScanPlace[] {
  const { fqdn } = look.sovereign.spec;
  let reconcilers: Promise<Map<string, string>> | undefined;
  const guarded = async () => {
    reconcilers ??= look
      .mother()
      .then(readReconcilers)
      .then((all) => protectedReconcilers(look.sovereign, all));
    return reconcilers;
  };
  return kinds.map(({ apiVersion, kind, what }) => ({
    place: `${what} on the mother`,
    how: 'list in all namespaces; ownership fields compared exactly, names, labels, content and decoded data searched for the FQDN',
    async look() {
      const all = await (await look.mother()).list({ apiVersion, kind });
      const found = all
        .filter((object) => ownershipOf(object, fqdn) === 'own' || mentions(object, fqdn))
        .filter((object) => !isClaimJob(object, fqdn));
      return found.length === 0 ? [] : objectFindings(look, found, await guarded());
    },
  }));
}

function objectFindings(look: Scanned, objects: KubeObject[], guarded: ReadonlyMap<string, string>): Finding[] {
  const { fqdn } = look.sovereign.spec;
  return objects.map((object) => {
    const where = nameOfObject(object);
    const accepted = whyKept(look, object, guarded.get(where));
    const own = ownershipOf(object, fqdn) === 'own';
    return {
      id: where,
      where,
      what: own ? `belongs to ${fqdn}` : `mentions ${fqdn}`,
      breaks: 'the mother still holds state of this Sovereign',
      remedy: own ? erase : `look at it, and delete it by hand if it is this Sovereign's: catalyst does not touch it`,
      ...(own ? {} : { mention: true as const }),
      ...(accepted ? { accepted } : {}),
    };
  });
}

/** Why an object that belongs to this Sovereign, or mentions it, may stay; undefined when it may not. */
function whyKept(look: Scanned, object: KubeObject, guarded: string | undefined): string | undefined {
  const { fqdn, mother } = look.sovereign.spec;
  const { name, namespace = '' } = object.metadata;
  if (isProtectedNamespace(look.sovereign, namespace))
    return 'belongs to the protected set; catalyst never writes there';
  if (guarded !== undefined) return `belongs to the protected set: ${guarded}; catalyst leaves it alone`;
  if (ownershipOf(object, fqdn) === 'other') return 'belongs to another Sovereign; it is left alone';
  const redirect =
    ['Ingress', 'Middleware'].includes(object.kind) &&
    namespace === mother.catalyst.namespace &&
    name === redirectNameOf(fqdn);
  return redirect ? 'the redirect; it holds no record and no secret' : undefined;
}
