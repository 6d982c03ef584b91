/**
 * Who answers at an address that a component of the Sovereign was given for its Kubernetes API, seen from a node, and whether the
 * certificate names that address. Where k3s listens (k3s v1.35): pkg/daemons/control/server.go binds the API server of a control plane
 * to 127.0.0.1:6444, and pkg/cli/cmds/agent.go (lb-server-port) gives agents their balancer there; 6443 is the supervisor of control
 * planes, on all interfaces.
 */
import { checkServerIdentity, connect } from 'node:tls';
import type { LoadBalancer } from 'catalyst/hetzner/api/types.js';
import { parseYamlStream } from 'catalyst/support/yaml/read-yaml.js';
import type { LabNode } from '../controllers/world.js';

export interface ApiPlaces {
  nodes(): readonly LabNode[];
  balancers(): readonly Pick<LoadBalancer, 'private_net' | 'public_net' | 'services' | 'targets'>[];
}

/** Why nobody answers there, in the words of Go's net package; undefined when an API server of the cluster does. */
export function whyNobodyAnswers(places: ApiPlaces, from: LabNode, host: string, port: number): string | undefined {
  const dial = `dial tcp ${host}:${port}: `;
  const refused = `${dial}connect: connection refused`;
  if (host === '127.0.0.1' || host === 'localhost')
    return port === 6444 || (port === 6443 && from.role === 'control-plane') ? undefined : refused;
  const at = (one: LabNode) => one.address === host || one.publicAddress === host;
  const node = places.nodes().find(at);
  if (node) return port === 6443 && node.role === 'control-plane' ? undefined : refused;
  const balancer = places
    .balancers()
    .find((one) => one.public_net.ipv4.ip === host || one.private_net.some(({ ip }) => ip === host));
  if (!balancer) return `${dial}i/o timeout`;
  const leads = balancer.services.some((one) => one.listen_port === port && one.destination_port === 6443);
  const targets = new Set(balancer.targets.map((one) => one.server?.ip));
  const answers = places.nodes().some((one) => one.role === 'control-plane' && targets.has(one.address));
  return leads && answers ? undefined : refused;
}

/** A TLS connection to the API server as a client makes it that was given `host`: what is wrong with its certificate, in Go's words. */
export async function whyNotTrusted(
  api: { port: number; kubeconfig(): string },
  host: string,
): Promise<string | undefined> {
  const [config] = parseYamlStream(api.kubeconfig()) as {
    clusters: { cluster: { 'certificate-authority-data': string } }[];
  }[];
  const ca = Buffer.from(config?.clusters[0]?.cluster['certificate-authority-data'] ?? '', 'base64');
  return new Promise((resolve) => {
    const socket = connect({
      host: '127.0.0.1',
      port: api.port,
      ca,
      timeout: 5000,
      checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
    });
    const end = (why?: string) => {
      socket.destroy();
      resolve(why);
    };
    socket.once('secureConnect', () => end());
    socket.once('timeout', () => end('net/http: TLS handshake timeout'));
    socket.once('error', (error: Error & { code?: string; cert?: { subjectaltname?: string } }) => {
      if (error.code !== 'ERR_TLS_CERT_ALTNAME_INVALID') return end(error.message);
      const names = (error.cert?.subjectaltname ?? '').replaceAll(/(DNS|IP Address):/g, '');
      return end(`tls: failed to verify certificate: x509: certificate is valid for ${names}, not ${host}`);
    });
  });
}
