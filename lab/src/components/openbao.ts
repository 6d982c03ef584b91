/** OpenBao: sealed unless its configuration has a seal stanza and the Secret for it; key-value secrets in memory; audit to Object Storage. */
import { randomUUID } from 'node:crypto';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { Lab, Rule } from '../controllers/engine.js';
import { isReady, POD } from '../controllers/pods.js';
import type { LabRequest, LabResponse } from '../http-server.js';
import { bucketOf, configurationOf } from './buckets.js';
import type { Component } from './component.js';
import { openBaoApi } from './openbao-api.js';

export interface Login {
  role: string;
  /** Name and namespace of the ServiceAccount whose token was given. */
  account: string;
  namespace: string;
}

export interface OpenBao extends Component {
  /** Ships what a server writes into its audit log when it starts. */
  rules: Rule[];
  status(lab: Lab): { initialized: boolean; sealed: boolean };
  /** @throws Error `Vault is sealed` */
  write(lab: Lab, path: string, data: Record<string, string>): Promise<void>;
  /** @throws Error unless the role of the configuration is bound to this ServiceAccount */
  admit(lab: Lab, login: Login): void;
  /** @throws Error as `admit`, and `permission denied` unless the policy of that role allows it on the path */
  authorize(lab: Lab, use: Login & { path: string; capability: 'create' | 'read' }): void;
  read(lab: Lab, path: string): Promise<Record<string, string> | undefined>;
}

const NAME = /^openbao(-active|-internal)?$/;
const isServer = (pod: KubeObject): boolean => /^openbao-\d+$/.test(pod.metadata.name);

export function createOpenBao(): OpenBao {
  const kept = new Map<string, Record<string, string>>();
  const shipped = new Set<string>();
  let initializedByHand = false;

  const namespaceOf = (lab: Lab): string | undefined =>
    lab.store.list('apps/v1/StatefulSet').find((set) => set.metadata.name === 'openbao')?.metadata.namespace;

  function seal(lab: Lab, namespace: string): { initialized: boolean; sealed: boolean } {
    const configuration = configurationOf(lab, namespace);
    const initialized = initializedByHand || /\binitialize\s+\\*"/.test(configuration);
    const hasSeal =
      /\bseal\s+\\*"/.test(configuration) &&
      lab.store.list('v1/Secret', namespace).some((secret) => /unseal|seal-key/.test(secret.metadata.name));
    return { initialized, sealed: !initialized || !hasSeal || lab.faults.holds('sealed-openbao') };
  }

  const status = (lab: Lab) => {
    const namespace = namespaceOf(lab);
    return namespace ? seal(lab, namespace) : { initialized: false, sealed: true };
  };

  /** Every request leaves a line in the audit log, which the shipper takes to the bucket. */
  async function audit(lab: Lab, operation: string, path: string): Promise<void> {
    const namespace = namespaceOf(lab)!;
    const time = lab.clock.now().toISOString();
    const line = { time, type: 'response', request: { id: randomUUID(), operation, path } };
    const bucket = await bucketOf(lab, namespace, 'openbao');
    await bucket.put(
      `audit/${time.slice(0, 10)}/${time.replace(/[^\d]/g, '')}-${randomUUID().slice(0, 8)}.log`,
      Buffer.from(`${JSON.stringify(line)}\n`),
    );
  }

  function assertOpen(lab: Lab): void {
    const namespace = namespaceOf(lab);
    const ready = namespace && lab.store.list('v1/Pod', namespace).some((pod) => isServer(pod) && isReady(pod));
    if (!ready) throw new Error('openbao: connection refused');
    if (status(lab).sealed) throw new Error('Vault is sealed');
  }

  const bindingOf = (lab: Lab, role: string) => {
    const configuration = configurationOf(lab, namespaceOf(lab)!);
    return (key: string): string[] =>
      new RegExp(`auth/kubernetes/role/${role}"[\\s\\S]*?${key}\\s*=\\s*"([^"]*)"`)
        .exec(configuration)?.[1]
        ?.split(',') ?? [];
  };

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
    plays: (service) => NAME.test(service.metadata.name),
    unready: (pod, lab) => {
      if (!isServer(pod) || !pod.metadata.ownerReferences?.some((owner) => owner.name === 'openbao')) return undefined;
      const { initialized, sealed } = seal(lab, pod.metadata.namespace!);
      return initialized
        ? sealed
          ? 'Readiness probe failed: sealed'
          : undefined
        : 'Readiness probe failed: not initialized';
    },
    admit(lab, { role, account, namespace }) {
      assertOpen(lab);
      const bound = bindingOf(lab, role);
      if (!bound('bound_service_account_names').includes(account))
        throw new Error('service account name not authorized');
      if (!bound('bound_service_account_namespaces').includes(namespace)) throw new Error('namespace not authorized');
    },
    authorize(lab, { path, capability, ...login }) {
      openbao.admit(lab, login);
      const [policy] = bindingOf(lab, login.role)('token_policies');
      const configuration = configurationOf(lab, namespaceOf(lab)!);
      const [, rule, may] =
        new RegExp(
          `policies/acl/${policy}"[\\s\\S]*?path \\\\*"secret/data/([^"\\\\]*)\\\\*" \\{ capabilities = \\[([^\\]]*)`,
        ).exec(configuration) ?? [];
      const covers = rule === path || (rule?.endsWith('*') && path.startsWith(rule.slice(0, -1)));
      if (!covers || !may?.includes(capability))
        throw new Error(`permission denied: role ${login.role} may not ${capability} secret/data/${path}`);
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
    handle: (request, { lab }) => answer(request, lab),
  };
  const secrets = openBaoApi(openbao);
  return openbao;

  function answer(request: LabRequest, lab: Lab): Promise<LabResponse> | LabResponse {
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
