/**
 * The sealed-secrets controller as what it is: the program, run as long as the Pod of its Deployment, as the ServiceAccount of
 * that Pod. It reads its credentials where kubelets put them and nowhere else, so it gets a file system of its own for these.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseYamlStream } from '../../support/yaml.js';
import type { Exec } from '../../tools/exec.js';
import type { KubeObject } from '../../tools/kube.js';
import type { Component } from '../components/component.js';
import type { Lab, Rule } from '../controllers/engine.js';
import type { Engines } from './cache.js';
import { type Child, freePorts } from './children.js';
import type { ControlPlane } from './control-plane.js';
import { passOn } from './door.js';
import { podProgram, tokenOf } from './pod-program.js';

export interface RealSealedSecretsOptions {
  exec: Exec;
  plane: Pick<ControlPlane, 'kubeconfig' | 'children'>;
  engines: Engines;
  directory: string;
}

const namespace = 'kube-system';
const name = 'sealed-secrets-controller';
const unshare = '/usr/bin/unshare';
/** A user namespace of its own, in which root is whoever we are, and mounts that nobody else sees. */
const apart = ['--map-root-user', '--mount'];

/** A private /run, in it what a Pod finds there; then the program, which ends with the lab as all of them do. */
const inPod = `mount -t tmpfs tmpfs /run
mkdir -p /run/secrets/kubernetes.io/serviceaccount
cp "$0"/* /run/secrets/kubernetes.io/serviceaccount/
exec setpriv --pdeathsig KILL -- "$@"`;

/** Undefined where its program has not been built, or this machine lets nobody mount apart: it is played then. */
export async function realSealedSecrets(
  options: RealSealedSecretsOptions,
): Promise<{ component: Component; rule: Rule } | undefined> {
  const { exec, plane, engines, directory } = options;
  if (!engines.has('sealed-secrets')) return undefined;
  const allowed = await exec({ file: unshare, args: [...apart, 'mount', '-t', 'tmpfs', 'tmpfs', '/run'] }).then(
    () => true,
    () => false,
  );
  if (!allowed) return undefined;
  const [port = 0, metricsPort = 0] = await freePorts(2);

  async function begin(pod: KubeObject, lab: Lab): Promise<Child> {
    const token = await tokenOf(pod, lab);
    const [config] = parseYamlStream(plane.kubeconfig({ credentials: { token }, namespace })) as KubeObject[];
    const { server, 'certificate-authority-data': authority } = config!['clusters'][0].cluster;
    const folder = join(directory, 'serviceaccount');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const files = { token, namespace, 'ca.crt': Buffer.from(authority, 'base64').toString() };
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text, { mode: 0o600 });
    const { hostname, port: apiPort } = new URL(server);
    return plane.children.start('sealed-secrets', {
      file: unshare,
      args: [
        ...[...apart, 'sh', '-ec', inPod, folder, engines.program('controller')],
        ...['--update-status', `--listen-addr=127.0.0.1:${port}`, `--listen-metrics-addr=127.0.0.1:${metricsPort}`],
      ],
      env: { POD_NAMESPACE: namespace, KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: apiPort },
    });
  }

  const program = podProgram({ namespace, name, start: begin });
  return {
    component: {
      name: 'sealed-secrets',
      plays: ({ metadata }) => metadata.namespace === namespace && metadata.name === name,
      handle: (request) => passOn(request, `http://127.0.0.1:${port}`, { path: request.path }),
    },
    rule: program.rule,
  };
}
