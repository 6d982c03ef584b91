/**
 * A whole lab in this process; `main.ts` runs one as a process of its own. These servers are emulated, all on loopback:
 *
 * - Hetzner's API, with the servers and load balancers that are created there (`hetzner`);
 * - the clusters of the mother and of the Sovereign: API server, controllers, and the programs of Blueprints (`clusters`,
 *   `controllers`, `components`), with the mother's ingress;
 * - Object Storage, the name servers of the mother and of the Sovereign, the mother's PowerDNS API, a chart registry, the mother's Git
 *   server, and SSH (`external-services.ts`, `servers`);
 * - the internet in between: a SOCKS proxy, a recursive resolver, public registries, and the service that reports a caller's address
 *   (`internet`); with real engines also an ACME certificate authority.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadBlueprints } from 'catalyst/blueprints/catalog/load.js';
import type { Sovereign } from 'catalyst/sovereign/spec/schema.js';
import { cacheDir } from 'catalyst/sovereign/state/state-dir.js';
import { type Clock, systemClock } from 'catalyst/support/clock.js';
import { packageRoot } from 'catalyst/support/package-root.js';
import { createRedactor } from 'catalyst/support/redact/redact.js';
import { createBinaries } from 'catalyst/tools/exec/binaries.js';
import { createExec } from 'catalyst/tools/exec/exec.js';
import { type CertificateAndKey, issueCertificate } from './certificates.js';
import { type AcmeAuthority, type ClusterEngine, emulatedEngine } from './clusters/cluster-api.js';
import { labId } from './clusters/mark.js';
import { type Mother, startMother } from './clusters/mother-cluster.js';
import { createSovereignCluster, type SovereignCluster, type SovereignOptions } from './clusters/sovereign-cluster.js';
import type { Outside } from './controllers/world.js';
import { type ExternalServices, secret, startExternalServices } from './external-services.js';
import { createHetznerLab, type HetznerLab } from './hetzner/lab-hetzner.js';
import { createImagePulls } from './images/pulls.js';
import { type LabInternet, openLabInternet } from './internet/lab-internet.js';
import type { Recursive } from './internet/recursive.js';
import { startVendorServices } from './internet/vendor-services.js';
import { certificateAuthority } from './internet/vendors.js';
import { privateRegistry, registryUser } from './lab-spec.js';
import { createFaults, type Faults } from './requests/faults.js';
import { openForwarder } from './requests/forwarder.js';
import { serve } from './requests/http-server.js';
import { createRequestLog, type RequestLog } from './requests/request-log.js';
import type { DnsServer } from './servers/dns.js';
import { motherAddress } from './servers/mother/dns-data.js';
import { powerDnsApi } from './servers/powerdns-api.js';
import { startResolver } from './servers/resolver.js';
import { sovereignDns } from './servers/sovereign-dns.js';
import { describeLab, requestLogFile, sovereignKubeconfig, writePrivate } from './start/lab-description.js';
import { type LabInfo, labFqdn, labLocation } from './start/lab-info.js';
import { stubCharts } from './stub-charts/stub.js';
import { stubPackages } from './stub-packages.js';

export interface LabOptions {
  name: string;
  /** Folder for all that it writes; emptied of an earlier lab's things first. */
  directory: string;
  fqdn?: string;
  /** Of its servers and of Object Storage. */
  location?: string;
  faults?: Faults;
  /** What the two clusters are made of; default the lab's own API server. */
  engine?: ClusterEngine;
  clock?: Clock;
  /** Requests an hour that its Hetzner allows; default Hetzner's own. */
  hetznerRateLimit?: number;
  env?: Readonly<Record<string, string | undefined>>;
  /** Told of what an emulated controller stumbled over; it tries again by itself. */
  onError?: (message: string) => void;
}

export interface Lab
  extends Pick<LabInfo, 'name' | 'id' | 'spec' | 'endpoints' | 'kubeconfigs' | 'credentials' | 'requestLog' | 'ca'> {
  sovereign: Sovereign;
  faults: Faults;
  log: RequestLog;
  hetzner: HetznerLab;
  externalServices: ExternalServices;
  mother: Mother;
  cluster: SovereignCluster;
  close(): Promise<void>;
}

/** Resolves when everything answers and the mother has settled. */
export async function startLab(options: LabOptions): Promise<Lab> {
  const { name, directory, fqdn = labFqdn, location = labLocation } = options;
  const { engine = emulatedEngine, clock = systemClock } = options;
  emptyFolder(directory);
  const stopped = new AbortController();
  const log = createRequestLog({ file: requestLogFile(directory), clock });
  const faults = options.faults ?? createFaults({ clock });
  const tools = { log, faults, clock };
  const onError = (rule: string, key: string, message: string) => options.onError?.(`${rule} ${key}: ${message}`);
  const mark = { id: labId(directory), name };
  const authority = await issueCertificate({ commonName: `catalyst lab ${name}`, isAuthority: true });
  const blueprints = await loadBlueprints(join(packageRoot, 'templates/blueprints'));
  const packages = stubPackages(blueprints);
  const [externalServices, api] = await Promise.all([
    startExternalServices({
      ...{ ...tools, directory, fqdn, region: location, packages },
      charts: () => stubCharts(blueprints, engine.crds.yaml, { solver: engine.startAcme !== undefined }),
      startRegistry: engine.startRegistry,
      startObjectStorage: engine.startObjectStorage,
      sovereignAnswers: () => cluster.current()?.controllers.answersDns() ?? false,
    }),
    openForwarder(),
  ]);
  const [registryToken, powerDnsApiKey] = [secret(24), secret(24)];
  const logins = new Map([[privateRegistry, `${registryUser}:${registryToken}`]]);
  const repositories = packages.map(({ repository }) => repository);
  const vendors = await startVendorServices({
    ...{ ...tools, authority, logins, packages: { server: externalServices.registry, repositories } },
  });
  let issuer: Issuer | undefined;
  const internet = await openLabInternet({
    ...{ ...tools, signal: stopped.signal },
    vendors: [
      ...vendors.vendors,
      ...(engine.startAcme ? [{ ...certificateAuthority, https: () => issuer?.acme.port ?? 0 }] : []),
    ],
    mother: motherHost(externalServices, () => mother),
  });
  const nodeAddresses = () => cluster.nodes().flatMap((node) => node.publicAddress ?? []);
  const programs = programsOf(options.env ?? process.env);
  issuer = await startIssuer({ ...tools, engine, directory, authority, recursive: internet.recursive });

  const cluster = createSovereignCluster({
    ...{ ...tools, engine, directory, fqdn, mark, authority, onError },
    ...{ gates: { api }, ssh: externalServices.ssh, dnsPort: externalServices.sovereignDns.port },
    balancers: () => [...hetzner.project.items.load_balancer.values()],
    world: {
      ...{ ...programs, blueprints, pulls: createImagePulls(logins), cloud: () => hetzner.endpoint },
      ...sovereignsServices(externalServices, nodeAddresses),
      ...(issuer ? { acmeRoot: issuer.acme.root, resolver: issuer.resolver.endpoint } : {}),
      outside: outsideOf(internet, () => nodeAddresses()[0] ?? ''),
    },
    onKubeconfig(text) {
      if (text) writePrivate(sovereignKubeconfig(directory), text);
      else for (const zone of externalServices.sovereignZones.all()) externalServices.sovereignZones.remove(zone.name);
    },
  });
  const hetzner = await createHetznerLab({
    ...{ ...tools, mark, rateLimit: options.hetznerRateLimit },
    onServerRunning: (server, userData) => {
      const keys = [...hetzner.project.items.ssh_key.values()].map((key) => key.public_key);
      cluster.booted(server, userData, keys);
    },
    onServerDeleted: (server) => cluster.deleted(server),
    onServerStopped: (server) => cluster.stopped(server),
    health: (...of) => internet.targets.health(...of),
  });
  internet.attach(hetzner, cluster.listens);
  const mother = await startMother({
    ...{ ...tools, engine, directory, fqdn, mark, authority, powerDnsApiKey, onError, signal: stopped.signal },
    zones: externalServices.motherZones,
    repository: externalServices.motherRepository,
    ...(issuer ? { acmeRoot: issuer.acme.root } : {}),
    outside: outsideOf(internet, () => motherAddress),
    kubectl: programs.kubectl,
    cloud: () => hetzner.endpoint,
  });
  const handler = powerDnsApi({ zones: () => externalServices.motherZones, apiKey: () => powerDnsApiKey });
  const powerdns = await serve({ ...tools, name: 'powerdns', handler });
  await mother.settled(AbortSignal.any([stopped.signal, AbortSignal.timeout(engine.settleMs)]));

  const servers = [mother, hetzner, powerdns, vendors, internet, externalServices, issuer, api];
  return {
    ...{ name, id: mark.id, faults, log, hetzner, externalServices, mother, cluster },
    ...describeLab(directory, {
      ...{ fqdn, location, authority: authority.certificate, acme: issuer?.acme, registryToken, powerDnsApiKey },
      ...{ hetzner, externalServices, internet, mother, api, powerdns },
    }),
    async close() {
      stopped.abort(new Error('the lab stops'));
      await cluster.close();
      await Promise.all(servers.map((server) => server?.close()));
      log.close();
    },
  };
}

/** Of an earlier lab's things. */
function emptyFolder(directory: string): void {
  for (const part of ['git', 'claims', 'cache', 'engines', 'requests.jsonl'])
    rmSync(join(directory, part), { recursive: true, force: true });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
}

/** Programs that a lab runs; each is asked for when it is needed first. */
function programsOf(
  env: NonNullable<LabOptions['env']>,
): Required<Pick<SovereignOptions['world'], 'helm' | 'kubectl'>> {
  const binaries = createBinaries({ exec: createExec(createRedactor()), env, cacheDir: cacheDir(env) });
  return { helm: () => binaries.path('helm'), kubectl: () => binaries.path('kubectl') };
}

/** What answers at the mother's public address. */
const motherHost = (externalServices: ExternalServices, mother: () => Mother) => ({
  address: motherAddress,
  zones: externalServices.answeredZones,
  ports: {
    '53/udp': () => externalServices.dns.port,
    '53/tcp': () => externalServices.dns.port,
    '80/tcp': () => mother().controllers.ingress.http.port,
    '443/tcp': () => mother().controllers.ingress.https.port,
  },
});

/** As somebody's nodes see the world. */
const outsideOf = (internet: LabInternet, from: () => string): Outside => ({
  resolve: internet.recursive.addresses,
  arrive: (to, port) => internet.arrive({ from: from(), to, port, protocol: 'tcp' }),
});

function sovereignsServices(
  { s3, s3Keys, answeredZones, sovereignZones, answeredBy }: ExternalServices,
  addresses: () => string[],
): Pick<SovereignOptions['world'], 'objectStorage' | 'dns'> {
  return {
    objectStorage: { endpoint: s3.endpoint, region: s3.region, ...s3Keys },
    dns: sovereignDns({ parent: answeredZones, own: sovereignZones, answeredBy, addresses }),
  };
}

interface Issuer {
  acme: AcmeAuthority;
  /** That it asks, and that the Sovereign's own programs ask. */
  resolver: DnsServer;
  close(): Promise<void>;
}

/** The certificate authority that ACME issuers call, where the engine brings one. */
async function startIssuer(options: {
  engine: ClusterEngine;
  directory: string;
  authority: CertificateAndKey;
  recursive: Recursive;
  log: RequestLog;
  faults: Faults;
  clock: Clock;
}): Promise<Issuer | undefined> {
  const { engine, directory, authority, recursive, log, faults, clock } = options;
  if (!engine.startAcme) return undefined;
  const resolver = await startResolver({ log, faults, name: 'dns-resolver', recursive, tellsAddresses: false });
  const acme = await engine.startAcme({ directory, authority, resolver: resolver.endpoint, clock });
  return { acme, resolver, close: async () => void (await Promise.all([acme.close(), resolver.close()])) };
}
