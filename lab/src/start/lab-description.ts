/** What a running lab is, for the CLI and tests: its files, its addresses and its credentials. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sovereign } from 'catalyst/sovereign/spec/schema.js';
import { specToYaml } from 'catalyst/sovereign/spec/spec-yaml.js';
import type { AcmeAuthority } from '../clusters/cluster-api.js';
import type { Mother } from '../clusters/mother-cluster.js';
import { chartFolder, type ExternalServices } from '../external-services.js';
import type { HetznerLab } from '../hetzner/lab-hetzner.js';
import type { LabInternet } from '../internet/lab-internet.js';
import { labSpec } from '../lab-spec.js';
import type { Forwarder } from '../requests/forwarder.js';
import type { LabServer } from '../requests/http-server.js';
import { motherAddress } from '../servers/mother/dns-data.js';
import type { LabInfo } from './lab-info.js';

export interface RunningParts {
  fqdn: string;
  location: string;
  /** PEM of the lab's own authority. */
  authority: string;
  acme: AcmeAuthority | undefined;
  hetzner: HetznerLab;
  externalServices: ExternalServices;
  internet: LabInternet;
  mother: Mother;
  /** In front of the Sovereign's API server, whichever runs. */
  api: Forwarder;
  powerdns: LabServer;
  registryToken: string;
  powerDnsApiKey: string;
}

export const sovereignKubeconfig = (directory: string): string => join(directory, 'sovereign.kubeconfig');

/** The path of the lab's request log. */
export const requestLogFile = (directory: string): string => join(directory, 'requests.jsonl');

/** Writes a private file into the folder of the lab. */
export const writePrivate = (file: string, text: string): void => writeFileSync(file, text, { mode: 0o600 });

/** Writes sovereign.yaml, ca.pem and the mother's kubeconfig, and says where they are and what answers where. */
export function describeLab(
  directory: string,
  parts: RunningParts,
): Pick<LabInfo, 'spec' | 'endpoints' | 'kubeconfigs' | 'credentials' | 'requestLog' | 'ca'> & {
  sovereign: Sovereign;
} {
  const file = (path: string) => join(directory, path);
  const trusted = parts.authority + (parts.acme?.root ?? '');
  const sovereign = specOf(parts, trusted);
  writePrivate(file('sovereign.yaml'), specToYaml(sovereign));
  writePrivate(file('ca.pem'), trusted);
  writePrivate(file('mother.kubeconfig'), parts.mother.api.kubeconfig());
  return {
    sovereign,
    spec: file('sovereign.yaml'),
    endpoints: endpointsOf(parts),
    kubeconfigs: { mother: file('mother.kubeconfig'), sovereign: sovereignKubeconfig(directory) },
    credentials: credentialsOf(parts),
    requestLog: requestLogFile(directory),
    ca: file('ca.pem'),
  };
}

const specOf = ({ fqdn, location, hetzner, externalServices, internet }: RunningParts, ca: string): Sovereign =>
  labSpec({
    ...{ fqdn, location, ca, motherAddress },
    addresses: {
      hetzner: hetzner.endpoint,
      s3: externalServices.s3.endpoint,
      mirror: `oci://127.0.0.1:${externalServices.registry.port}/${chartFolder}`,
      resolver: internet.resolver.endpoint,
      internet: internet.proxy.url,
    },
  });

const endpointsOf = ({
  hetzner,
  externalServices,
  mother,
  api,
  powerdns,
  internet,
}: RunningParts): LabInfo['endpoints'] => ({
  hetzner: hetzner.endpoint,
  s3: externalServices.s3.endpoint,
  mother: mother.api.url,
  sovereign: `https://${api.endpoint}`,
  dns: externalServices.dns.endpoint,
  sovereignDns: externalServices.sovereignDns.endpoint,
  powerdns: powerdns.endpoint,
  git: externalServices.git.endpoint,
  registry: externalServices.registry.endpoint,
  ssh: externalServices.ssh.endpoint,
  resolver: internet.resolver.endpoint,
  internet: internet.proxy.url,
  motherIngress: `https://127.0.0.1:${mother.controllers.ingress.https.port}`,
});

const credentialsOf = ({ hetzner, externalServices, ...secrets }: RunningParts): LabInfo['credentials'] => ({
  'hcloud-token': hetzner.token,
  'hcloud-token-read-only': hetzner.readOnlyToken,
  'hcloud-token-of-a-stranger': hetzner.strangersToken,
  's3-access-key': externalServices.s3Keys.accessKey,
  's3-secret-key': externalServices.s3Keys.secretKey,
  'registry-token': secrets.registryToken,
  'powerdns-api-key': secrets.powerDnsApiKey,
});
