/**
 * The External Secrets Operator as what it is: its controller, run as long as the Pod of its Deployment, as the ServiceAccount
 * of that Pod. It logs in to OpenBao with tokens that the API server makes for it, by the way that Pods of the cluster have.
 */
import { join } from 'node:path';
import type { FluxOptions } from '../build/flux-programs.js';
import { freePorts } from '../free-ports.js';
import { podProgram, writeKubeconfig } from '../pods/pod-program.js';
import type { RealPart } from '../real-parts.js';

const namespace = 'external-secrets-system';
const name = 'external-secrets';

export async function realExternalSecrets({ plane, engines, directory, network }: FluxOptions): Promise<RealPart> {
  const program = engines.program(name);
  const [metricsPort = 0, livePort = 0] = await freePorts(2);
  return podProgram({
    namespace,
    name,
    async start(pod, lab) {
      const kubeconfig = join(directory, name, 'kubeconfig');
      await writeKubeconfig(kubeconfig, pod, lab, plane);
      const { proxy, caFile } = network();
      return plane.children.start(name, {
        file: program,
        args: [
          ...['--concurrent=4', '--store-requeue-interval=2s'],
          ...[`--metrics-addr=127.0.0.1:${metricsPort}`, `--live-addr=127.0.0.1:${livePort}`],
          // kinds that the tree has nothing of; their definitions are newer than the program
          ...['push-secret', 'cluster-push-secret', 'cluster-external-secret'].map(
            (kind) => `--enable-${kind}-reconciler=false`,
          ),
          '--enable-generator-state=false',
        ],
        env: {
          KUBECONFIG: kubeconfig,
          HTTP_PROXY: proxy,
          HTTPS_PROXY: proxy,
          NO_PROXY: '127.0.0.1,localhost',
          SSL_CERT_FILE: caFile,
        },
      });
    },
  });
}
