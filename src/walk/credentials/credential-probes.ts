/** Proves captured credentials by real calls: what is read, and, through the gate, something small that is made and removed. */
import type { Mutation } from '../../engine/mutation.js';
import { seenOfProject } from '../../hetzner/bucket-owner.js';
import { sovereignLabel } from '../../hetzner/names.js';
import { openMotherDns } from '../../mother/mother-dns.js';
import { parentZoneOf } from '../../mother/protected/protected-set.js';
import { bucketConsumers, bucketName } from '../../sovereign/object-storage.js';
import { registryLogins } from '../../sovereign/registry-logins.js';
import { command } from '../../support/commands/command.js';
import { fail, isCatalystError, messageOf } from '../../support/errors/errors.js';
import { generateSshKey } from '../../tools/ssh/ssh-keys.js';
import type { Act, Undo } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { hasProbesOnly, probeBuckets, removeLeftKeys } from '../probes/probe-keys.js';
import { consumerForms } from './consumer-forms.js';
import { type FormsTried, tryForms } from './try-forms.js';

export interface CredentialProbe {
  id: 'hetzner' | 'object-storage' | 'mother' | 'parent-zone' | 'registry';
  title: string;
  /** Names of the credentials it proves. */
  uses: readonly string[];
  /** What `run` would change. */
  plan(): Mutation[];
  /** What was seen. Throws E13xx, E2003, E2302 … when refused. Without `act` only reads. */
  run(act: Act | undefined, undo?: Undo): Promise<string>;
}

export function credentialProbes(world: World): CredentialProbe[] {
  return [
    hetznerProbe(world),
    objectStorageProbe(world),
    motherProbe(world),
    parentZoneProbe(world),
    registryProbe(world),
  ];
}

function hetznerProbe(world: World): CredentialProbe {
  const name = `catalyst-probe-${world.runId}`;
  const make: Mutation = {
    target: { system: 'hetzner', kind: 'ssh_key', name },
    sentence: 'create a probe SSH key at Hetzner, to prove that the token can write',
  };
  const remove: Mutation = { target: make.target, sentence: 'delete the probe SSH key at Hetzner' };
  return {
    id: 'hetzner',
    title: 'Hetzner token',
    uses: ['hcloud-token'],
    plan: () => [make, remove],
    async run(act) {
      const api = await world.hetzner();
      const servers = await api.list('server');
      const seen = `reads ${api.endpoint} (${servers.length} servers)`;
      if (!act) return seen;
      const { publicKey } = await generateSshKey(name);
      const id = await act(make, async ({ hetzner }) => {
        try {
          const writer = await hetzner();
          // The label: should the process be killed here, #370 finds the key and takes it away.
          const labels = { [sovereignLabel]: world.sovereign.spec.fqdn };
          return (await writer.create('ssh_key', { name, public_key: publicKey, labels })).resource.id;
        } catch (error) {
          if (!isCatalystError(error, 'E2003')) throw error;
          throw fail('E2003', 'The Hetzner token can read but not write; catalyst needs "Read & Write".', {
            actions: [
              'make a token with Read & Write: Hetzner Console, Security, API tokens',
              command('credentials set', 'hcloud-token'),
            ],
            cause: error,
          });
        }
      });
      await act(remove, async ({ hetzner }) => (await hetzner()).delete('ssh_key', id));
      return `${seen}, writes`;
    },
  };
}

function objectStorageProbe(world: World): CredentialProbe {
  const { spec } = world.sovereign;
  const [prefix, keyPrefix] = [`${spec.objectStorage.bucketPrefix}-probe-`, 'catalyst-probe-'];
  const temporary = `${prefix}${world.runId.slice(0, 6)}`;
  const key = `${keyPrefix}${world.runId}`;
  const target = (name: string) => ({ system: 's3' as const, kind: 'Bucket', name });
  const make: Mutation = { target: target(temporary), sentence: `create bucket ${temporary}, to prove the keys` };
  const removing = (bucket: string): Mutation => ({ target: target(bucket), sentence: `delete bucket ${bucket}` });
  const remove = removing(temporary);
  const object = (bucket: string): Mutation => ({
    target: { system: 's3', kind: 'Object', name: `${bucket}/${key}` },
    sentence: `write, read and delete object ${key} in bucket ${bucket}, once in each form that a consumer may send`,
  });
  return {
    id: 'object-storage',
    title: 'Object Storage keys',
    uses: ['s3-access-key', 's3-secret-key'],
    plan: () => [make, object(temporary), remove],
    async run(act, undo) {
      const store = await world.objectStore();
      const buckets = await store.listBuckets();
      const project = await seenOfProject(store, spec);
      const listed = `lists ${store.endpoint} (${buckets.length} buckets)`;
      if (!act) return `${listed}; ${project}`;
      for (const left of probeBuckets(buckets, prefix)) {
        // by its name it could be anybody's; what is in it tells
        if (!(await hasProbesOnly(store, left, keyPrefix))) continue;
        await act(removing(left), async (writers) => {
          const writer = await writers.objectStore();
          await removeLeftKeys(store, writer, left, keyPrefix);
          await writer.deleteBucket(left);
        });
      }
      const own = bucketConsumers.map((consumer) => bucketName(spec, consumer)).find((name) => buckets.includes(name));
      const bucket = own ?? temporary;
      if (!own) await act(make, async (writers) => (await writers.objectStore()).createBucket(temporary));
      let forms: FormsTried | undefined;
      try {
        await act(object(bucket), async (writers) => {
          const writer = await writers.objectStore();
          await writer.put(bucket, key, key);
          const back = await store.get(bucket, key);
          if (!back || Buffer.from(back).toString() !== key) {
            throw fail('E2302', `What was written to bucket ${bucket} could not be read back.`, {
              actions: [
                'make new Object Storage keys with read and write',
                command('credentials set', 's3-access-key'),
              ],
            });
          }
          await writer.delete(bucket, key);
          await removeLeftKeys(store, writer, bucket, keyPrefix);
          forms = await tryForms(store, writer, { bucket, key }, consumerForms(world));
        });
      } finally {
        if (!own)
          await (undo?.act ?? act)(remove, async (writers) => (await writers.objectStore()).deleteBucket(temporary));
      }
      return `${listed}, puts, gets, deletes${forms?.told ?? ''}; ${project}`;
    },
  };
}

function motherProbe(world: World): CredentialProbe {
  return {
    id: 'mother',
    title: 'access to the mother cluster',
    uses: [],
    plan: () => [],
    async run() {
      const kube = await world.mother();
      const { namespace, deployment } = world.sovereign.spec.mother.catalyst;
      const { allowed } = await kube.review({
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { group: 'apps', resource: 'deployments', verb: 'patch', namespace } },
      });
      if (allowed) return `${kube.server}: can change Deployment ${namespace}/${deployment}`;
      throw fail('E1302', `Missing permission on the mother cluster: change Deployments in namespace ${namespace}.`, {
        actions: ['use a kubeconfig with more permissions: --mother-kubeconfig FILE'],
      });
    },
  };
}

function parentZoneProbe(world: World): CredentialProbe {
  const zone = parentZoneOf(world.sovereign);
  return {
    id: 'parent-zone',
    title: `access to the zone ${zone}`,
    uses: ['powerdns-api-key', 'dynadot-api-key'],
    plan: () => [],
    async run() {
      const { spec } = world.sovereign;
      if (spec.parentZone.provider === 'dynadot') {
        await world.credentials.get('dynadot-api-key');
        return 'a key is set; Dynadot has no read-only call, so ticket #374 proves it';
      }
      const { endpoint } = spec.mother.powerdns;
      const records = await (await openMotherDns(world)).zone(zone);
      if (records) return `${endpoint}: reads ${records.length} record sets`;
      throw fail('E5004', `PowerDNS at ${endpoint} has no zone ${zone}.`, {
        actions: ['set spec.parentZone.zone or spec.pool.domain'],
      });
    },
  };
}

/** Optional: without a token the charts are pulled without one. */
function registryProbe(world: World): CredentialProbe {
  return {
    id: 'registry',
    title: 'registry of the charts',
    uses: ['registry-token'],
    plan: () => [],
    async run() {
      const { mirror, insecure, secretRef } = world.sovereign.spec.charts;
      const credential = await world.credentials.find('registry-token');
      // preflight tries it on the very images that need it
      const told = secretRef
        ? `a login for ${secretRef.hosts.join(', ')} is ${credential ? '' : 'not '}captured; `
        : '';
      const logins = secretRef && credential ? registryLogins(secretRef, credential) : undefined;
      // without secretRef it is the mirror's own token
      const token = secretRef ? undefined : credential;
      const base = mirror?.startsWith('oci://')
        ? new URL(mirror.replace('oci://', insecure ? 'http://' : 'https://'))
        : undefined;
      if (!base) return `${told}no mirror is set: charts come from their public sources`;
      const login = logins?.get(base.host);
      const basic = login && `Basic ${Buffer.from(login).toString('base64')}`;
      const headers: Record<string, string> = token
        ? { authorization: `Bearer ${token}` }
        : basic
          ? { authorization: basic }
          : {};
      const answer = await world
        .http({ url: `${base.origin}/v2/`, headers, timeoutMs: 10_000 })
        .catch((error: unknown) => {
          throw fail('E3002', `The chart mirror ${mirror} does not answer: ${messageOf(error)}`, {
            actions: ['set spec.charts.mirror'],
          });
        });
      if (answer.status === 200) return `${told}${base.origin} answers`;
      const code = answer.status === 401 || answer.status === 403 ? 'E1302' : 'E3002';
      throw fail(code, `The chart mirror ${mirror} answered ${answer.status}.`, {
        actions: [command('credentials set', 'registry-token'), 'or set spec.charts.mirror'],
      });
    },
  };
}
