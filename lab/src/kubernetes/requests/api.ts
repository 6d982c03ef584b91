/** A Kubernetes API server in this process: real enough for kubectl, helm and controllers, with nothing behind it but memory. */
import { type Clock, systemClock } from 'catalyst/support/clock.js';
import { toYaml } from 'catalyst/support/yaml/write-yaml.js';
import { type CertificateAndKey, issueCertificate } from '../../certificates.js';
import type { Faults } from '../../requests/faults.js';
import { type LabHandler, serve } from '../../requests/http-server.js';
import type { RequestLog } from '../../requests/request-log.js';
import { createAdmission } from '../admission/admission.js';
import { createAuthorizer } from '../admission/rbac.js';
import { createAddresses } from '../kinds/addresses.js';
import { createBackends } from '../kinds/backends.js';
import { bootstrap, followDefinitions } from '../kinds/bootstrap.js';
import { createIdentity, serviceAccountUser } from '../kinds/identity.js';
import { createKindRegistry } from '../kinds/kinds.js';
import { createDeletion } from '../objects/deletion.js';
import { createStore, type Store } from '../objects/store.js';
import { createWrites } from '../objects/writes.js';
import type { User } from './caller.js';
import { createHandler } from './handler.js';

export interface KubernetesApi {
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  /** The lab's root certificate, PEM. */
  readonly caPem: string;
  /** For tests and for the start of a lab; controllers go through HTTP. */
  readonly store: Store;
  /** What containers wrote, by `namespace/pod/container`; the emulated kubelet fills it. */
  readonly podLogs: Map<string, string>;
  /**
   * A kubeconfig. Without a user the admin's (client certificate, system:masters); else a bearer token for a user, or for
   * a ServiceAccount named `system:serviceaccount:<namespace>:<name>`.
   */
  kubeconfig(user?: string | User, options?: { server?: string; tlsServerName?: string }): string;
  /** Down: every request is answered 503 and running watches end. */
  setAvailable(up: boolean): void;
  /** What answers behind a Service: through the service proxy and to webhooks that name it. Answers how to stop. */
  registerBackend(namespace: string, service: string, handler: LabHandler): () => void;
  close(): Promise<void>;
}

export interface KubernetesApiOptions {
  /** Part of the server's name in the request log and for faults: `kubernetes/<name>`. */
  name: string;
  log: RequestLog;
  faults: Faults;
  /** The lab's authority; signs the server's certificate and the admin's. */
  ca: CertificateAndKey;
  clock?: Clock;
  port?: number;
  /** More names for the server's certificate. */
  dnsNames?: readonly string[];
  ipAddresses?: readonly string[];
  /** False: starts down. */
  available?: boolean;
}

export async function createKubernetesApi(options: KubernetesApiOptions): Promise<KubernetesApi> {
  const { name, log, faults, ca, clock = systemClock } = options;
  const server = `kubernetes/${name}`;
  const dnsNames = [
    'localhost',
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    ...(options.dnsNames ?? []),
  ];
  const ipAddresses = ['127.0.0.1', '10.43.0.1', ...(options.ipAddresses ?? [])];
  const [own, admin] = await Promise.all([
    issueCertificate({ commonName: 'k3s', dnsNames, ipAddresses }, ca),
    issueCertificate({ commonName: 'system:admin', organization: 'system:masters' }, ca),
  ]);

  const store = createStore();
  const kinds = createKindRegistry();
  const identity = createIdentity();
  const authorizer = createAuthorizer(store);
  const backends = createBackends(store);
  const admission = createAdmission(store, backends.askWebhook);
  const deletion = createDeletion({ store, kinds, clock });
  const addresses = createAddresses(store);
  const guard: typeof authorizer.guard = (kind, object, call) => {
    authorizer.guard(kind, object, call);
    addresses.guard(kind, object);
  };
  const writes = createWrites({ store, clock, admission, deletion, sources: addresses, guard });
  followDefinitions(store, kinds, clock);
  bootstrap({ store, kinds, clock, caPem: ca.certificate });

  const podLogs = new Map<string, string>();
  let up = options.available ?? true;
  let down = new AbortController();
  const handler = createHandler({
    ...{ store, kinds, identity, authorizer, backends, writes, faults, podLogs },
    now: () => clock.now(),
    isUp: () => up,
    down: () => down.signal,
  });
  const tls = { cert: own.certificate, key: own.key, ca: ca.certificate, requestCert: true, rejectUnauthorized: false };
  const listening = await serve({
    name: server,
    handler,
    log,
    faults,
    tls,
    clock,
    ...(options.port ? { port: options.port } : {}),
  });

  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return {
    url: listening.endpoint,
    port: listening.port,
    caPem: ca.certificate,
    store,
    podLogs,
    kubeconfig(user, { server: address = listening.endpoint, tlsServerName } = {}) {
      const credentials =
        user === undefined
          ? { 'client-certificate-data': base64(admin.certificate), 'client-key-data': base64(admin.key) }
          : { token: identity.tokenFor(asUser(user)) };
      const cluster = {
        server: address,
        'certificate-authority-data': base64(ca.certificate),
        ...(tlsServerName ? { 'tls-server-name': tlsServerName } : {}),
      };
      return toYaml({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name, cluster }],
        users: [{ name, user: credentials }],
        contexts: [{ name, context: { cluster: name, user: name } }],
        'current-context': name,
      });
    },
    setAvailable(next) {
      up = next;
      if (next) {
        if (down.signal.aborted) down = new AbortController();
      } else down.abort();
    },
    registerBackend: backends.register,
    async close() {
      down.abort();
      await listening.close();
    },
  };
}

function asUser(user: string | User): User {
  if (typeof user !== 'string') return user;
  const account = /^system:serviceaccount:([^:]+):(.+)$/.exec(user);
  return account ? serviceAccountUser(account[1]!, account[2]!) : { name: user, groups: [] };
}
