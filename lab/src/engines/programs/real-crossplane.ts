/**
 * Crossplane as what it is: its core and its RBAC manager, each run as long as the Pod of its Deployment, as the ServiceAccount of
 * that Pod, after what the first container of that Pod does. Packages and functions it reaches by the way that Pods have.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { Exec } from 'catalyst/tools/exec/exec.js';
import type { ReconcileContext } from '../../controllers/reconciler.js';
import type { FluxOptions } from '../build/flux-programs.js';
import { freePorts } from '../free-ports.js';
import { writeCertificates } from '../pods/pod-certificates.js';
import { podProgram, writeKubeconfig } from '../pods/pod-program.js';
import type { RealPart } from '../real-parts.js';

/** In which it is, and makes what its packages bring. */
export const namespace = 'crossplane-system';
const webhooks = { service: 'crossplane-webhooks', port: 9443 };

export async function realCrossplane(options: FluxOptions & { exec: Exec }): Promise<RealPart[]> {
  const { plane, engines, directory, network, exec } = options;
  const file = engines.program('crossplane');
  const folder = join(directory, 'crossplane');
  const server = join(folder, 'tls-server');
  const client = join(folder, 'tls-client');
  const packages = join(folder, 'packages');
  const [metricsPort = 0, healthPort = 0, webhookPort = 0] = await freePorts(3);

  /** As whom, and by which way, the programs of that Pod speak. */
  async function environment(pod: KubeObject, lab: ReconcileContext): Promise<Record<string, string>> {
    const kubeconfig = join(folder, `${pod.spec.serviceAccountName}.kubeconfig`);
    await writeKubeconfig(kubeconfig, pod, lab, plane);
    const { proxy, caFile } = network();
    return {
      KUBECONFIG: kubeconfig,
      POD_NAMESPACE: namespace,
      POD_SERVICE_ACCOUNT: `${pod.spec.serviceAccountName}`,
      ...{ TLS_SERVER_SECRET_NAME: 'crossplane-tls-server', TLS_CLIENT_SECRET_NAME: 'crossplane-tls-client' },
      ...{ HTTP_PROXY: proxy, HTTPS_PROXY: proxy, NO_PROXY: '127.0.0.1,localhost', SSL_CERT_FILE: caFile },
    };
  }

  const core = podProgram({
    namespace,
    name: 'crossplane',
    async start(pod, lab) {
      const env = await environment(pod, lab);
      // where it asks for a kind that it has made just before it ends with an error, and is tried again as by a kubelet
      await exec({
        file,
        args: ['core', 'init', '--activation=*'],
        env: {
          ...env,
          CRDS_PATH: engines.data('crossplane', 'init/crds'),
          WEBHOOK_CONFIGS_PATH: engines.data('crossplane', 'init/webhookconfigurations'),
          WEBHOOK_SERVICE_NAME: webhooks.service,
          WEBHOOK_SERVICE_NAMESPACE: namespace,
          WEBHOOK_SERVICE_PORT: `${webhooks.port}`,
          TLS_CA_SECRET_NAME: 'crossplane-root-ca',
        },
        signal: lab.signal,
      });
      await writeCertificates(server, { namespace, name: 'crossplane-tls-server' }, lab);
      await writeCertificates(client, { namespace, name: 'crossplane-tls-client' }, lab);
      // an empty folder of the Pod's, as long as that is there
      rmSync(packages, { recursive: true, force: true });
      mkdirSync(packages, { mode: 0o700 });
      return plane.children.start('crossplane', {
        file,
        args: [
          ...['core', 'start', `--ca-bundle-path=${env['SSL_CERT_FILE']}`, `--xpkg-cache-dir=${packages}`],
          ...[`--metrics-port=${metricsPort}`, `--health-probe-port=${healthPort}`, `--webhook-port=${webhookPort}`],
        ],
        env: { ...env, TLS_SERVER_CERTS_DIR: server, TLS_CLIENT_CERTS_DIR: client },
      });
    },
  });

  const rbac = podProgram({
    namespace,
    name: 'crossplane-rbac-manager',
    async start(pod, lab) {
      const env = await environment(pod, lab);
      // ends once core has made the kinds that it looks at
      await exec({ file, args: ['rbac', 'init'], env, signal: lab.signal });
      return plane.children.start('crossplane-rbac-manager', {
        file,
        args: ['rbac', 'start', '--provider-clusterrole=crossplane:allowed-provider-permissions'],
        env,
      });
    },
  });

  return [
    {
      ...core,
      lead: (of, service, port) =>
        of === namespace && service === webhooks.service && port === webhooks.port ? webhookPort : undefined,
    },
    rbac,
  ];
}
