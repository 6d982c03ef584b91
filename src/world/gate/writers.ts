/** What changes the outside world, by system. Only `act` hands these out: whoever has none cannot write. */
import type { HetznerWriter } from '../../hetzner/api/api.js';
import type { Kube, KubeWriter, ServiceCaller, ServiceRef } from '../../kubernetes/client/kube.js';
import { type PowerDnsServer, type PowerDnsWriter, writePowerDns } from '../../mother/powerdns.js';
import { callThrough } from '../../mother/service-access.js';
import type { GitWriter } from '../../tools/git/git.js';
import type { HelmInstall, HelmInstaller } from '../../tools/helm/helm.js';
import type { HelmCharts } from '../../tools/helm/helm-charts.js';
import type { HttpWriter } from '../../tools/http/http.js';
import type { HttpStream } from '../../tools/http/http-stream.js';
import { type CopyRequest, copyImage } from '../../tools/oci/copy.js';
import type { ObjectStoreWriter } from '../../tools/s3/s3.js';

export interface Writers {
  sovereign(): Promise<KubeWriter>;
  mother(): Promise<KubeWriter>;
  hetzner(): Promise<HetznerWriter>;
  objectStore(): Promise<ObjectStoreWriter>;
  powerDns(server: PowerDnsServer): PowerDnsWriter;
  readonly git: GitWriter;
  /** Works on the Sovereign's cluster. */
  readonly helm: HelmWriter;
  readonly registry: RegistryWriter;
  /** Any method, for what has no writer of its own: Gitea's API, an OCI registry. */
  readonly http: HttpWriter;
  /** To an address of the sovereign-admin's own, which takes alerts; no rule that leads to the Sovereign's components applies to it. */
  readonly webhook: HttpWriter;
  /** A Service of the Sovereign, through its API server; the host of the URL does not count. */
  service(service: ServiceRef): HttpWriter;
}

export interface HelmWriter {
  upgradeInstall(request: Omit<HelmInstall, 'kubeconfig'>): Promise<void>;
}

export interface RegistryWriter {
  /** Pushes a chart archive; answers its digest. `registry` is `oci://host/path`. */
  pushChart: HelmCharts['push'];
  /** Copies an image with all its platforms; answers the digest of what stands in the target. */
  copyImage(request: CopyRequest): Promise<string>;
}

/** What the gate makes writers of. The composition root gives it to the gate and to nobody else. */
export interface Adapters {
  kube(): Promise<Kube & KubeWriter>;
  /** Services of the Sovereign. */
  services(): Promise<ServiceCaller>;
  mother(): Promise<Kube & KubeWriter & ServiceCaller>;
  hetzner(): Promise<HetznerWriter>;
  objectStore(): Promise<ObjectStoreWriter>;
  git: GitWriter;
  helm: HelmInstaller;
  charts: Pick<HelmCharts, 'push'>;
  http: HttpWriter;
  webhook: HttpWriter;
  httpStream: HttpStream;
}

export function writersOf(adapters: Adapters): Writers {
  return {
    sovereign: () => adapters.kube(),
    mother: () => adapters.mother(),
    hetzner: () => adapters.hetzner(),
    objectStore: () => adapters.objectStore(),
    powerDns: (server) =>
      writePowerDns(server.service ? callThrough(adapters.mother, server.service) : adapters.http, server),
    get git() {
      return adapters.git;
    },
    helm: {
      upgradeInstall: async (request) =>
        adapters.helm.upgradeInstall({ ...request, kubeconfig: (await adapters.kube()).kubeconfig }),
    },
    registry: {
      pushChart: (...chart) => adapters.charts.push(...chart),
      copyImage: (request) => copyImage(adapters.httpStream, request),
    },
    get http() {
      return adapters.http;
    },
    get webhook() {
      return adapters.webhook;
    },
    service: (service) => callThrough(adapters.services, service),
  };
}
