/** The probe Jobs of the Sovereign, played: each answer follows from Services, Ready pods, Secrets and what was kept. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { configurationOf } from '../components/buckets.js';
import { serviceName } from '../components/component.js';
import type { OpenBao } from '../components/openbao.js';
import type { Telemetry } from '../components/telemetry.js';
import { findCondition } from './conditions.js';
import { wayOut } from './egress.js';
import type { Lab } from './engine.js';
import { secretValue } from './flux-ready.js';
import { isReady } from './pods.js';
import type { Program } from './programs.js';
import { podsBehind } from './services.js';

export function createProbes(parts: { openbao: OpenBao; telemetry: Telemetry }): Record<string, Program> {
  return {
    'valkey-ping': valkeyPing,
    ...natsPrograms(),
    'openbao-status': ({ env, lab }) => {
      reach(lab, env['BAO_ADDR'] ?? 'http://openbao.openbao.svc:8200', { evenUnready: true });
      return { type: 'static', ...parts.openbao.status(lab), version: '2.5.2' };
    },
    'openbao-write': async ({ pod, env, lab }) => {
      reach(lab, env['BAO_ADDR'] ?? 'http://openbao.openbao.svc:8200');
      const path = env['PATH_'] ?? '';
      if (!env['VALUE']) throw new Error('VALUE is empty');
      parts.openbao.authorize(lab, {
        role: 'catalyst-probe',
        path,
        capability: 'create',
        account: pod.spec.serviceAccountName,
        namespace: `${pod.metadata.namespace}`,
      });
      await parts.openbao.write(lab, path, { value: env['VALUE'] });
      return { written: path };
    },
    'telemetry-send': ({ env, lab }) => {
      reach(lab, env['OTLP'] ?? 'http://alloy.alloy.svc:4318');
      parts.telemetry.send(lab, env['TRACE'] ?? '');
      return { sent: env['TRACE'] ?? '' };
    },
    'spire-svid': spireSvid,
    'egress-reach': egressReach,
  };
}

/** Ready pods behind the Service of an address. @throws Error as curl words it */
function reach(lab: Lab, address: string, options: { evenUnready?: boolean } = {}): KubeObject[] {
  const url = new URL(address);
  const at = serviceName(url.hostname);
  const service = at && lab.store.get('v1/Service', at.namespace, at.name);
  if (!service) throw new Error(`Could not resolve host: ${url.hostname}`);
  if (url.port && !((service.spec.ports ?? []) as { port: number }[]).some((one) => one.port === Number(url.port)))
    throw new Error(`Failed to connect to ${url.host}: Connection refused`);
  const behind = podsBehind(service, lab).filter((pod) => options.evenUnready || isReady(pod));
  if (behind.length === 0) throw new Error(`Failed to connect to ${url.host}: Connection refused`);
  return behind;
}

const valkeyPing: Program = ({ env, lab }) => {
  const host = env['VALKEY_HOST'] ?? env['HOST'] ?? 'valkey.valkey.svc.cluster.local';
  const pods = reach(lab, `http://${host}:${env['PORT'] ?? env['VALKEY_PORT'] ?? 6379}`);
  const namespace = pods[0]!.metadata.namespace;
  const password = secretValue(lab, namespace, 'valkey-users', 'default');
  const given = env['VALKEY_PASSWORD'] ?? env['REDISCLI_AUTH'] ?? env['PASSWORD'] ?? '';
  const withAuth =
    password !== undefined && given === password
      ? 'PONG'
      : 'WRONGPASS invalid username-password pair or user is disabled.';
  return { withAuth, withoutAuth: password ? 'NOAUTH Authentication required.' : 'PONG' };
};

function natsPrograms(): Record<string, Program> {
  const kept = new Map<string, { message: string; podUid: string | undefined; durable: boolean }>();
  const stream = 'catalyst-probe';
  return {
    'nats-publish': ({ env, lab }) => {
      const [pod] = reach(lab, (env['NATS_URL'] ?? 'nats://nats.nats.svc:4222').replace(/^nats:/, 'http:'));
      const mounted = ((pod!.spec.volumes ?? []) as { persistentVolumeClaim?: object }[]).some(
        (volume) => volume.persistentVolumeClaim,
      );
      const durable =
        mounted ||
        /"fileStore":\{[^}]*"pvc":\{[^}]*"enabled":true/.test(configurationOf(lab, pod!.metadata.namespace!));
      kept.set(stream, { message: env['MESSAGE'] ?? '', podUid: pod!.metadata.uid, durable });
      return { published: env['MESSAGE'] ?? '' };
    },
    'nats-consume': ({ env, lab }) => {
      const [pod] = reach(lab, (env['NATS_URL'] ?? 'nats://nats.nats.svc:4222').replace(/^nats:/, 'http:'));
      const found = kept.get(stream);
      kept.delete(stream);
      if (!found) throw new Error('nats: error: stream not found');
      // without a volume a restarted server knows nothing of what was published before
      return { message: found.durable || found.podUid === pod!.metadata.uid ? found.message : '' };
    },
  };
}

const spireSvid: Program = ({ pod, lab }) => {
  const usesSocket = ((pod.spec.volumes ?? []) as { csi?: { driver?: string } }[]).some(
    (volume) => volume.csi?.driver === 'csi.spiffe.io',
  );
  if (!usesSocket) throw new Error('rpc error: no Workload API socket is mounted');
  const ready = (kind: string, name: RegExp) =>
    lab.store
      .list(`apps/v1/${kind}`)
      .some((one) => name.test(one.metadata.name) && (one.status?.readyReplicas ?? one.status?.numberReady ?? 0) > 0);
  if (!ready('StatefulSet', /spire-server/)) throw new Error('rpc error: spire-server does not run');
  if (!ready('DaemonSet', /spire-agent/)) throw new Error('rpc error: no agent on this node');
  const domain = /"?trustDomain\\*"?:\s*\\*"?([a-z0-9.-]+)/.exec(spireConfiguration(lab))?.[1];
  if (!domain) throw new Error('no identity issued: no trust domain is configured');
  return { spiffeId: `spiffe://${domain}/ns/${pod.metadata.namespace}/sa/${pod.spec.serviceAccountName ?? 'default'}` };
};

/** What getent and curl would say of each name, from a pod. */
const egressReach: Program = ({ env, lab }) => {
  const hosts = (env['HOSTS'] ?? '').split(' ').filter(Boolean);
  const look = (host: string) => {
    const { addresses, place } = wayOut(lab, host, 443);
    return [host, { addresses, reached: place !== undefined }];
  };
  return { hosts: Object.fromEntries(hosts.map(look)) };
};

const spireConfiguration = (lab: Lab): string =>
  lab.store
    .list('helm.toolkit.fluxcd.io/v2/HelmRelease')
    .filter((release) => /spire/.test(release.metadata.name) && findCondition(release, 'Ready')?.status === 'True')
    .map((release) => JSON.stringify(release.spec.values ?? {}))
    .join('\n');
