/** OpenBao: sealed unless its configuration has a seal stanza and the Secret for it; key-value secrets in memory; audit to Object Storage. */
import { randomUUID } from 'node:crypto';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { ReconcileContext, Rule } from '../controllers/reconciler.js';
import { isReady, POD } from '../controllers/workloads/pods.js';
import type { LabRequest, LabResponse } from '../requests/http-server.js';
import { bucketOf, configurationOf } from './buckets.js';
import type { Component } from './component.js';
import { createOpenBaoAccess, type Login, type Use } from './openbao-access.js';
import { openBaoApi } from './openbao-api.js';

export interface OpenBao extends Component {
  /** Ships what a server writes into its audit log when it starts. */
  rules: Rule[];
  status(lab: ReconcileContext): { initialized: boolean; sealed: boolean };
  /** @throws Error `Vault is sealed` */
  write(lab: ReconcileContext, path: string, data: Record<string, string>): Promise<void>;
  /** @throws Error unless the role of the configuration is bound to this ServiceAccount */
  admit(lab: ReconcileContext, login: Login): void;
  /** @throws Error as `admit`, and `permission denied` unless the policy of that role allows it on the path */
  authorize(lab: ReconcileContext, use: Use): void;
  read(lab: ReconcileContext, path: string): Promise<Record<string, string> | undefined>;
  /** What is written after the first boot replaces what the configuration has of that name. */
  learnPolicy(name: string, hcl: string): void;
  learnRole(name: string, role: Record<string, string>): void;
}

const NAME = /^openbao(-active|-internal)?$/;
const isServer = (pod: KubeObject): boolean => /^openbao-\d+$/.test(pod.metadata.name);

export function createOpenBao(): OpenBao {
  const kept = new Map<string, Record<string, string>>();
  const access = createOpenBaoAccess();
  const shipped = new Set<string>();
  let initializedByHand = false;

  const namespaceOf = (lab: ReconcileContext): string | undefined =>
    lab.store.list('apps/v1/StatefulSet').find((set) => set.metadata.name === 'openbao')?.metadata.namespace;

  function seal(lab: ReconcileContext, namespace: string): { initialized: boolean; sealed: boolean } {
    const configuration = configurationOf(lab, namespace);
    const initialized = initializedByHand || /\binitialize\s+\\*"/.test(configuration);
    const hasSeal =
      /\bseal\s+\\*"/.test(configuration) &&
      lab.store.list('v1/Secret', namespace).some((secret) => /unseal|seal-key/.test(secret.metadata.name));
    return { initialized, sealed: !initialized || !hasSeal || lab.faults.holds('sealed-openbao') };
  }

  const status = (lab: ReconcileContext) => {
    const namespace = namespaceOf(lab);
    return namespace ? seal(lab, namespace) : { initialized: false, sealed: true };
  };

  const audit = (lab: ReconcileContext, operation: string, path: string) =>
    auditTo(lab, namespaceOf(lab)!, operation, path);

  function assertOpen(lab: ReconcileContext): void {
    const namespace = namespaceOf(lab);
    const ready = namespace && lab.store.list('v1/Pod', namespace).some((pod) => isServer(pod) && isReady(pod));
    if (!ready) throw new Error('openbao: connection refused');
    if (status(lab).sealed) throw new Error('Vault is sealed');
  }

  const openbao: OpenBao = {
    name: 'openbao',
    status,
    rules: [
      {
        name: 'openbao audit',
        kind: POD,
        // self-initialization and the first requests of a server are in its audit log; unaudited is only the seal status
        async reconcile(pod, lab) {
          if (!isServer(pod) || !isReady(pod) || shipped.has(`${pod.metadata.uid}`)) return;
          await audit(lab, 'update', 'sys/mounts/secret');
          shipped.add(`${pod.metadata.uid}`);
        },
      },
    ],
    emulates: (service) => NAME.test(service.metadata.name),
    unready: (pod, lab) => {
      if (!isServer(pod) || !pod.metadata.ownerReferences?.some((owner) => owner.name === 'openbao')) return undefined;
      const { initialized, sealed } = seal(lab, pod.metadata.namespace!);
      return initialized
        ? sealed
          ? 'Readiness probe failed: sealed'
          : undefined
        : 'Readiness probe failed: not initialized';
    },
    admit(lab, login) {
      assertOpen(lab);
      access.admit(configurationOf(lab, namespaceOf(lab)!), login);
    },
    authorize(lab, use) {
      assertOpen(lab);
      access.authorize(configurationOf(lab, namespaceOf(lab)!), use);
    },
    async write(lab, path, data) {
      assertOpen(lab);
      kept.set(path, data);
      await audit(lab, 'update', `secret/data/${path}`);
    },
    async read(lab, path) {
      assertOpen(lab);
      await audit(lab, 'read', `secret/data/${path}`);
      return kept.get(path);
    },
    learnPolicy: access.learnPolicy,
    learnRole: access.learnRole,
    handle: (request, { lab }) => answer(request, lab),
  };
  const secrets = openBaoApi(openbao);
  return openbao;

  function answer(request: LabRequest, lab: ReconcileContext): Promise<LabResponse> | LabResponse {
    const { initialized, sealed } = status(lab);
    if (request.path === '/v1/sys/health')
      return {
        status: !initialized ? 501 : sealed ? 503 : 200,
        body: { initialized, sealed, standby: false, version: '2.5.2' },
      };
    if (request.path === '/v1/sys/seal-status')
      return { status: 200, body: { type: 'static', initialized, sealed, t: 1, n: 1, progress: 0, version: '2.5.2' } };
    if (request.path === '/v1/sys/init' && request.method === 'GET') return { status: 200, body: { initialized } };
    if (request.path === '/v1/sys/init') {
      if (initialized) return { status: 400, body: { errors: ['Vault is already initialized'] } };
      initializedByHand = true;
      return { status: 200, body: { keys: [], recovery_keys: [randomUUID()], root_token: `s.${randomUUID()}` } };
    }
    if (sealed) return { status: 503, body: { errors: ['Vault is sealed'] } };
    return secrets(request, lab);
  }
}

/** Every request leaves a line in the audit log, which the shipper takes to the bucket. */
async function auditTo(lab: ReconcileContext, namespace: string, operation: string, path: string): Promise<void> {
  const time = lab.clock.now().toISOString();
  const line = { time, type: 'response', request: { id: randomUUID(), operation, path } };
  const bucket = await bucketOf(lab, namespace, 'openbao');
  await bucket.put(
    `audit/${time.slice(0, 10)}/${time.replace(/[^\d]/g, '')}-${randomUUID().slice(0, 8)}.log`,
    Buffer.from(`${JSON.stringify(line)}\n`),
  );
}
