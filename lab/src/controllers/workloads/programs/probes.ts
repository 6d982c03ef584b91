/** The probe Jobs of the Sovereign, emulated: each answer follows from Services, Ready pods, Secrets and what was kept. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { configurationOf } from '../../../components/buckets.js';
import { serviceName } from '../../../components/component.js';
import type { OpenBao } from '../../../components/openbao.js';
import type { Telemetry } from '../../../components/telemetry.js';
import { secretValue } from '../../flux/flux-ready.js';
import { egressTo, reachesResolver } from '../../network/egress.js';
import { podsBehind } from '../../network/services.js';
import type { ReconcileContext } from '../../reconciler.js';
import { isReady } from '../pods.js';
import { motherHeard } from './mother-heard.js';
import type { Program } from './programs.js';
import { createSpireSvid } from './spire-svid.js';

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
    'telemetry-send': ({ pod, env, lab }) => {
      reach(lab, env['OTLP'] ?? 'http://alloy.alloy.svc:4318');
      parts.telemetry.send(lab, pod, env['TRACE'] ?? '');
      return { sent: env['TRACE'] ?? '' };
    },
    'spire-svid': createSpireSvid(),
    'backup-write': ({ pod, env, lab }) => {
      volumeOf(pod, lab).set('value', env['VALUE'] ?? '');
      return { written: env['VALUE'] ?? '' };
    },
    'backup-read': ({ pod, lab }) => ({ value: volumeOf(pod, lab).get('value') ?? '' }),
    'egress-reach': egressReach,
    'egress-canaries': egressCanaries,
    'mother-heard': motherHeard,
  };
}

/** The files in the volume that a Pod mounts. */
function volumeOf(pod: KubeObject, lab: ReconcileContext): Map<string, string> {
  const claims = ((pod.spec.volumes ?? []) as { persistentVolumeClaim?: { claimName: string } }[]).flatMap(
    (volume) => volume.persistentVolumeClaim?.claimName ?? [],
  );
  const claim = claims[0] && lab.store.get('v1/PersistentVolumeClaim', pod.metadata.namespace, claims[0]);
  if (!claim) throw new Error('/data: no volume is mounted');
  const files = lab.volumes.get(`${claim.metadata.uid}`) ?? new Map<string, string>();
  lab.volumes.set(`${claim.metadata.uid}`, files);
  return files;
}

/** Ready pods behind the Service of an address. @throws Error as curl words it */
function reach(lab: ReconcileContext, address: string, options: { evenUnready?: boolean } = {}): KubeObject[] {
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
  /** As a server answers that has read its users from the included file of its Secret. */
  const signIn = (namespace: string, lab: ReconcileContext, user: string, password: string): 'admitted' | 'refused' => {
    const file = secretValue(lab, namespace, 'nats-auth', 'auth.conf') ?? '';
    const isRead = configurationOf(lab, namespace).includes('nats-auth/auth.conf');
    const users = [...file.matchAll(/user: "([^"]+)", password: "([^"]+)"/g)];
    if (!isRead || users.length === 0) return 'admitted';
    return users.some(([, name, word]) => name === user && word === password) ? 'admitted' : 'refused';
  };
  const requireSignIn = (namespace: string, lab: ReconcileContext, env: Record<string, string>) => {
    if (signIn(namespace, lab, env['NATS_USER'] ?? '', env['NATS_PASSWORD'] ?? '') === 'refused')
      throw new Error('nats: error: nats: Authorization Violation');
  };
  return {
    'nats-publish': ({ env, lab }) => {
      const [pod] = reach(lab, (env['NATS_URL'] ?? 'nats://nats.nats.svc:4222').replace(/^nats:/, 'http:'));
      const mounted = ((pod!.spec.volumes ?? []) as { persistentVolumeClaim?: object }[]).some(
        (volume) => volume.persistentVolumeClaim,
      );
      const durable =
        mounted ||
        /"fileStore":\{[^}]*"pvc":\{[^}]*"enabled":true/.test(configurationOf(lab, pod!.metadata.namespace!));
      const { namespace = '', uid } = pod!.metadata;
      requireSignIn(namespace, lab, env);
      kept.set(stream, { message: env['MESSAGE'] ?? '', podUid: uid, durable });
      const anonymous = signIn(namespace, lab, '', '') === 'refused' ? 'refused' : 'accepted';
      return { published: env['MESSAGE'] ?? '', anonymous };
    },
    'nats-consume': ({ env, lab }) => {
      const [pod] = reach(lab, (env['NATS_URL'] ?? 'nats://nats.nats.svc:4222').replace(/^nats:/, 'http:'));
      requireSignIn(`${pod!.metadata.namespace}`, lab, env);
      const found = kept.get(stream);
      kept.delete(stream);
      if (!found) throw new Error('nats: error: stream not found');
      // without a volume a restarted server knows nothing of what was published before
      return { message: found.durable || found.podUid === pod!.metadata.uid ? found.message : '' };
    },
  };
}

/** What getent and curl would say of each name, from a pod. */
const egressReach: Program = async ({ env, lab }) => {
  const hosts = (env['HOSTS'] ?? '').split(' ').filter(Boolean);
  const look = async (host: string) => {
    const { addresses, place } = await egressTo(lab, host, 443);
    return [host, { addresses, reached: place !== undefined }];
  };
  return { hosts: Object.fromEntries(await Promise.all(hosts.map(look))) };
};

/** The same with the address that a name had before, and with resolvers outside. */
const egressCanaries: Program = async ({ env, lab }) => {
  const words = (name: string) => (env[name] ?? '').split(' ').filter(Boolean);
  const look = async (target: string) => {
    const [host = '', known = ''] = target.split('=');
    const service = serviceName(host);
    if (service)
      return [
        host,
        { addresses: [], reached: lab.store.get('v1/Service', service.namespace, service.name) !== undefined },
      ];
    const { addresses, place } = await egressTo(lab, host, 443);
    const direct = known === '' ? {} : { direct: (await egressTo(lab, known, 443)).place !== undefined };
    return [host, { addresses, reached: place !== undefined, ...direct }];
  };
  return {
    hosts: Object.fromEntries(await Promise.all(words('TARGETS').map(look))),
    resolvers: Object.fromEntries(words('RESOLVERS').map((server) => [server, reachesResolver(lab, server)])),
  };
};
