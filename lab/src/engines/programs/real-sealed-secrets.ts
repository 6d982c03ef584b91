/**
 * The sealed-secrets controller as what it is: the program, run as long as the Pod of its Deployment, as the ServiceAccount of
 * that Pod. It reads its credentials where kubelets put them and nowhere else.
 */
import { basename, join } from 'node:path';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { Component } from '../../components/component.js';
import type { ReconcileContext, Rule } from '../../controllers/reconciler.js';
import type { Engines } from '../build/cache.js';
import type { Child } from '../children.js';
import type { ControlPlane } from '../control-plane.js';
import { passOn } from '../forwarder.js';
import { freePorts } from '../free-ports.js';
import { podProgram } from '../pods/pod-program.js';
import { credentialsIn, enterPodRoot, toolFolder } from '../pods/pod-root.js';

export interface RealSealedSecretsOptions {
  plane: Pick<ControlPlane, 'kubeconfig' | 'children'>;
  engines: Engines;
  directory: string;
}

const namespace = 'kube-system';
const name = 'sealed-secrets-controller';

export async function realSealedSecrets(
  options: RealSealedSecretsOptions,
): Promise<{ component: Component; rule: Rule }> {
  const { plane, engines, directory } = options;
  const controller = engines.program('controller');
  const [port = 0, metricsPort = 0] = await freePorts(2);

  async function start(pod: KubeObject, lab: ReconcileContext): Promise<Child> {
    const { files, env } = await credentialsIn(pod, lab, plane);
    const { file, args } = enterPodRoot({ folder: join(directory, 'pod'), files, tools: [controller] }, [
      join(toolFolder, basename(controller)),
      ...['--update-status', `--listen-addr=127.0.0.1:${port}`, `--listen-metrics-addr=127.0.0.1:${metricsPort}`],
    ]);
    return plane.children.start('sealed-secrets', {
      file,
      args,
      env: { ...env, POD_NAMESPACE: namespace, HOME: '/tmp', TMPDIR: '/tmp' },
    });
  }

  return {
    component: {
      name: 'sealed-secrets',
      emulates: ({ metadata }) => metadata.namespace === namespace && metadata.name === name,
      handle: (request) => passOn(request, `http://127.0.0.1:${port}`, { path: request.path }),
    },
    rule: podProgram({ namespace, name, start }).rule,
  };
}
