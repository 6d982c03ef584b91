/** What the lab needs of a Kubernetes API, whichever it is: its own, a real one that it starts, or one that exists. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { Clock } from 'catalyst/support/clock.js';
import type { CertificateAndKey } from '../certificates.js';
import type { Controllers, StartOptions } from '../controllers/start.js';
import { createKubernetesApi } from '../kubernetes/requests/api.js';
import type { Faults } from '../requests/faults.js';
import type { LabServer } from '../requests/http-server.js';
import type { RequestLog } from '../requests/request-log.js';
import type { ChartArchive } from '../servers/registry/charts.js';
import type { PackageImage } from '../servers/registry/packages.js';
import type { Account } from '../servers/s3/signature.js';

export interface ClusterApi {
  /** `https://127.0.0.1:PORT` */
  url: string;
  port: number;
  /** The admin's. */
  kubeconfig(user?: undefined, options?: { server?: string }): string;
  /** What the cluster needs of the lab's controllers to be complete. */
  parts: Pick<StartOptions, 'register' | 'real'>;
  /** Told once the controllers run, so that the API server reaches Services. */
  attach(controllers: Controllers): void;
  /** `destroyed`: its last machine is gone; left out, the lab ends. */
  close(options?: { destroyed?: boolean }): Promise<void>;
  /** What runs on the cluster's machines beside the lab's controllers stops and starts with them; left out: nothing does. */
  power?(on: boolean): Promise<void>;
}

export interface ClusterRequest {
  /** `mother` or `sovereign`. */
  name: string;
  /** Folder for all that it writes. */
  directory: string;
  log: RequestLog;
  faults: Faults;
  clock: Clock;
  /** The lab's authority. */
  ca: CertificateAndKey;
  /** More names and addresses for the server's certificate. */
  dnsNames: readonly string[];
  ipAddresses: readonly string[];
}

export interface AcmeAuthority {
  port: number;
  /** PEM of the root that it signs with, made at its start. */
  root: string;
  close(): Promise<void>;
}

/** By the names of the definitions. */
export interface UpstreamCrds {
  names(): readonly string[];
  yaml(name: string): string | undefined;
  object(name: string): KubeObject | undefined;
}

/** How the clusters of a lab are made. */
export interface ClusterEngine {
  name: string;
  /** How long the mother may take until all on her is up. */
  settleMs: number;
  start(request: ClusterRequest): Promise<ClusterApi>;
  /** The registry that holds charts and packages; the lab's own when there is none. */
  startRegistry?(options: {
    directory: string;
    charts: readonly ChartArchive[];
    folder: string;
    packages: readonly PackageImage[];
    log: RequestLog;
    faults: Faults;
    clock: Clock;
  }): Promise<LabServer>;
  /** Object Storage; the lab's own when there is none. */
  startObjectStorage?(options: {
    directory: string;
    region: string;
    accounts: readonly Account[];
    log: RequestLog;
    faults: Faults;
    clock: Clock;
  }): Promise<LabServer>;
  /** The certificate authority that ACME issuers call; where there is none, the lab's own authority signs in its place. */
  startAcme?(options: {
    directory: string;
    /** Signs for its servers. */
    authority: CertificateAndKey;
    /** `127.0.0.1:PORT` of the resolver that it asks. */
    resolver: string;
    clock: Clock;
  }): Promise<AcmeAuthority>;
  /** True definitions of CRDs, as far as this engine has them. Flux's are whole: its controllers need all of them. */
  crds: UpstreamCrds;
}

/** The lab's own API server, in this process. */
export const emulatedEngine: ClusterEngine = {
  name: 'emulated',
  settleMs: 30_000,
  crds: { names: () => [], yaml: () => undefined, object: () => undefined },
  async start({ directory: _, ...request }) {
    const api = await createKubernetesApi(request);
    return {
      url: api.url,
      port: api.port,
      kubeconfig: api.kubeconfig,
      parts: { register: api.registerBackend },
      attach: () => undefined,
      close: () => api.close(),
    };
  },
};
