/**
 * The function of the tree's Compositions as what it is: a program as long as the Pod is there that Crossplane made of its package,
 * with the certificate that it made for it, called by core at the Service that it made before it.
 */
import { join } from 'node:path';
import type { FluxOptions } from '../build/flux-programs.js';
import { freePorts } from '../free-ports.js';
import { writeCertificates } from '../pods/pod-certificates.js';
import { podProgram } from '../pods/pod-program.js';
import type { RealPart } from '../real-parts.js';
import { namespace } from './real-crossplane.js';

export async function realFunction({ plane, engines, directory }: FluxOptions): Promise<RealPart> {
  const name = 'function-patch-and-transform';
  const file = engines.program(name);
  const [listenPort = 0] = await freePorts(1);
  const program = podProgram({
    namespace,
    name,
    labels: { name: 'pkg.crossplane.io/function', deployment: 'pkg.crossplane.io/revision' },
    async start(pod, lab) {
      const volumes = (pod.spec.volumes ?? []) as { name: string; secret?: { secretName: string } }[];
      const secret = volumes.find((volume) => volume.name === 'tls-server-certs')?.secret?.secretName;
      const folder = join(directory, name);
      if (!secret) return undefined;
      await writeCertificates(folder, { namespace, name: secret }, lab);
      return plane.children.start(name, {
        file,
        args: [`--listen=127.0.0.1:${listenPort}`],
        env: { TLS_SERVER_CERTS_DIR: folder },
      });
    },
  });
  return {
    ...program,
    lead: (of, service, port) => (of === namespace && service === name && port === 9443 ? listenPort : undefined),
  };
}
