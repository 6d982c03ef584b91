/** A whole lab in this process: every server on loopback, wired to each other. `main.ts` runs one as a process of its own. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { loadBlueprints } from 'catalyst/blueprints/catalog/load.js';
import { isExactName } from 'catalyst/hetzner/names.js';
import type { Sovereign } from 'catalyst/sovereign/spec/schema.js';
import { specToYaml } from 'catalyst/sovereign/spec/spec-yaml.js';
import { cacheDir } from 'catalyst/sovereign/state/state-dir.js';
import { type Clock, systemClock } from 'catalyst/support/clock.js';
import { packageRoot } from 'catalyst/support/package-root.js';
import { createRedactor } from 'catalyst/support/redact/redact.js';
import { createBinaries } from 'catalyst/tools/exec/binaries.js';
import { createExec } from 'catalyst/tools/exec/exec.js';
import { startAddressService } from './address-service.js';
import { issueCertificate } from './certificates.js';
import { type ClusterEngine, emulatedEngine } from './cluster-api.js';
import { createFaults, type Faults } from './faults.js';
import { openGate } from './gate.js';
import { createHetznerLab, type HetznerLab } from './hetzner/lab-hetzner.js';
import { serve } from './http-server.js';
import { type LabInfo, labFqdn } from './lab-info.js';
import { labSpec } from './lab-spec.js';
import { labId } from './mark.js';
import { type Mother, startMother } from './mother-cluster.js';
import { openPackageFront, packageAddress } from './package-front.js';
import { createRequestLog, type RequestLog } from './request-log.js';
import { motherAddress } from './servers/mother/dns-data.js';
import { powerDnsApi } from './servers/powerdns-api.js';
import { startResolver } from './servers/resolver.js';
import { sovereignDns } from './servers/sovereign-dns.js';
import { createSovereignCluster, type SovereignCluster } from './sovereign-cluster.js';
import { standInPackages } from './stand-in-packages.js';
import { standInCharts } from './stub-charts/stub.js';
import { chartFolder, type Surroundings, secret, startSurroundings } from './surroundings.js';

export interface LabOptions {
  name: string;
  /** Folder for all that it writes; emptied of an earlier lab's things first. */
  directory: string;
  fqdn?: string;
  faults?: Faults;
  /** What the two clusters are made of; default the lab's own API server. */
  engine?: ClusterEngine;
  clock?: Clock;
  /** Requests an hour that its Hetzner allows; default Hetzner's own. */
  hetznerRateLimit?: number;
  env?: Readonly<Record<string, string | undefined>>;
  /** Told of what a played controller stumbled over; it tries again by itself. */
  onError?: (message: string) => void;
}

export interface Lab
  extends Pick<LabInfo, 'name' | 'id' | 'spec' | 'endpoints' | 'kubeconfigs' | 'credentials' | 'requestLog' | 'ca'> {
  sovereign: Sovereign;
  faults: Faults;
  log: RequestLog;
  hetzner: HetznerLab;
  surroundings: Surroundings;
  mother: Mother;
  cluster: SovereignCluster;
  close(): Promise<void>;
}

const motherHosts = [
  'openova.io',
  'console.openova.io',
  'admin.openova.io',
  'marketplace.openova.io',
  'pdns.openova.io',
  'pool.openova.io',
  'harbor.openova.io',
  'bakkal.omani.rest',
];

/** Of the certificate authority, from the range for documentation. */
const acmeAddress = '192.0.2.20';

/** Resolves when everything answers and the mother has settled. */
export async function startLab(options: LabOptions): Promise<Lab> {
  const { name, directory, fqdn = labFqdn, engine = emulatedEngine, clock = systemClock, env = process.env } = options;
  for (const part of ['git', 'claims', 'cache', 'engines', 'requests.jsonl'])
    rmSync(join(directory, part), { recursive: true, force: true });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = (path: string) => join(directory, path);
  const write = (path: string, text: string) => writeFileSync(file(path), text, { mode: 0o600 });
  const stopped = new AbortController();
  const log = createRequestLog({ file: file('requests.jsonl'), clock });
  const faults = options.faults ?? createFaults({ clock });
  const onError = (rule: string, key: string, message: string) => options.onError?.(`${rule} ${key}: ${message}`);

  const mark = { id: labId(directory), name };

  const authority = await issueCertificate({
    commonName: `catalyst lab ${name}`,
    isAuthority: true,
  });
  const blueprints = await loadBlueprints(join(packageRoot, 'templates/blueprints'));
  const packages = standInPackages(blueprints);
  const [surroundings, api, http, https] = await Promise.all([
    startSurroundings({
      directory,
      fqdn,
      region: 'fsn1',
      log,
      faults,
      clock,
      charts: () => standInCharts(blueprints, engine.crds.yaml, { solver: engine.startAcme !== undefined }),
      packages,
      startRegistry: engine.startRegistry,
      startObjectStorage: engine.startObjectStorage,
      sovereignAnswers: () => cluster.current()?.controllers.answersDns() ?? false,
    }),
    openGate(),
    openGate(),
    openGate(),
  ]);
  const { s3, s3Keys, motherZones, answeredZones, sovereignZones, ssh, registry } = surroundings;
  const packageFront = await openPackageFront({
    hosts: packages.map(({ host }) => host),
    ...{ authority, registry, log, faults, clock },
  });
  const powerDnsApiKey = secret(24);
  const exec = createExec(createRedactor());
  const binaries = createBinaries({ exec, env, cacheDir: cacheDir(env) });
  const isOurs = (host: string) => host === fqdn || host.endsWith(`.${fqdn}`);
  const outside = (host: string, port: number) => {
    const to = (at: number) => ({ host: '127.0.0.1', port: at });
    if (motherHosts.includes(host) && (port === 443 || port === 80))
      return to(port === 443 ? mother.controllers.ingress.https.port : mother.controllers.ingress.http.port);
    if (packageFront.hosts.includes(host) && port === 443) return to(packageFront.port);
    if (isOurs(host) && (port === 443 || port === 80)) return to(port === 443 ? https.port : http.port);
    if (acme?.hosts.includes(host) && port === 443) return to(acme.port);
    if (port === 6443 && (cluster.nodes().some((node) => node.publicAddress === host) || balances(host)))
      return to(api.port);
    return undefined;
  };
  const balances = (host: string) =>
    [...hetzner.project.items.load_balancer.values()].some(
      ({ name, public_net }) => isExactName(fqdn, 'load_balancer', name) && public_net.ipv4.ip === host,
    );
  const addressOf = (host: string) => {
    if (motherHosts.includes(host)) return motherAddress;
    if (acme?.hosts.includes(host)) return acmeAddress;
    if (packageFront.hosts.includes(host)) return packageAddress;
    return isIP(host) ? host : undefined;
  };

  const nodeAddresses = () => cluster.nodes().flatMap((node) => node.publicAddress ?? []);
  const resolver = engine.startAcme
    ? await startResolver({
        ...{ log, faults, parent: answeredZones, addresses: nodeAddresses },
        ports: { mother: surroundings.dns.port, sovereign: surroundings.sovereignDns.port },
      })
    : undefined;
  const acme = resolver && (await engine.startAcme?.({ directory, authority, resolver: resolver.endpoint, clock }));

  const cluster = createSovereignCluster({
    engine,
    directory,
    fqdn,
    mark,
    gates: { api, http, https },
    ssh,
    authority,
    log,
    faults,
    clock,
    onError,
    world: {
      blueprints,
      objectStorage: { endpoint: s3.endpoint, region: s3.region, ...s3Keys },
      helm: () => binaries.path('helm'),
      kubectl: () => binaries.path('kubectl'),
      dns: sovereignDns({
        parent: answeredZones,
        own: sovereignZones,
        answeredBy: surroundings.answeredBy,
        addresses: nodeAddresses,
      }),
      ...(acme && resolver ? { acmeRoot: acme.root, resolver: resolver.endpoint } : {}),
      outside,
      addressOf,
    },
    onKubeconfig(text) {
      if (text) write('sovereign.kubeconfig', text);
      else for (const zone of sovereignZones.all()) sovereignZones.remove(zone.name);
    },
  });
  const hetzner = await createHetznerLab({
    log,
    faults,
    mark,
    clock,
    rateLimit: options.hetznerRateLimit,
    onServerRunning: (server, userData) => {
      const keys = [...hetzner.project.items.ssh_key.values()].map((key) => key.public_key);
      cluster.booted(server, userData, keys);
    },
    onServerDeleted: (server) => cluster.deleted(server),
  });
  const address = await startAddressService({ authority, log, faults, clock });
  const mother = await startMother({
    engine,
    directory,
    fqdn,
    mark,
    zones: motherZones,
    powerDnsApiKey,
    repository: surroundings.motherRepository,
    authority,
    ...(acme ? { acmeRoot: acme.root } : {}),
    outside,
    kubectl: () => binaries.path('kubectl'),
    log,
    faults,
    clock,
    signal: stopped.signal,
    onError,
  });
  const powerdns = await serve({
    name: 'powerdns',
    log,
    faults,
    clock,
    handler: powerDnsApi({ zones: () => motherZones, apiKey: () => powerDnsApiKey }),
  });
  await mother.settled(AbortSignal.any([stopped.signal, AbortSignal.timeout(engine.settleMs)]));

  const motherIngress = mother.controllers.ingress;
  const at = (port: number) => `127.0.0.1:${port}`;
  const trusted = authority.certificate + (acme?.root ?? '');
  const sovereign = labSpec({
    fqdn,
    ca: trusted,
    motherHosts,
    motherAddress,
    addresses: {
      hetzner: hetzner.endpoint,
      s3: s3.endpoint,
      mirror: `oci://${at(registry.port)}/${chartFolder}`,
      ingress: { http: http.endpoint, https: https.endpoint },
      motherIngress: { http: at(motherIngress.http.port), https: at(motherIngress.https.port) },
      address: at(address.port),
      api: api.endpoint,
      ssh: ssh.endpoint,
      dns: surroundings.dns.endpoint,
      sovereignDns: surroundings.sovereignDns.endpoint,
    },
  });
  write('sovereign.yaml', specToYaml(sovereign));
  write('ca.pem', trusted);
  write('mother.kubeconfig', mother.api.kubeconfig());

  return {
    name,
    id: mark.id,
    spec: file('sovereign.yaml'),
    sovereign,
    endpoints: {
      hetzner: hetzner.endpoint,
      s3: s3.endpoint,
      mother: mother.api.url,
      sovereign: `https://${api.endpoint}`,
      dns: surroundings.dns.endpoint,
      sovereignDns: surroundings.sovereignDns.endpoint,
      powerdns: powerdns.endpoint,
      git: surroundings.git.endpoint,
      registry: registry.endpoint,
      ssh: ssh.endpoint,
      ingress: `https://${https.endpoint}`,
      motherIngress: `https://${at(motherIngress.https.port)}`,
    },
    kubeconfigs: { mother: file('mother.kubeconfig'), sovereign: file('sovereign.kubeconfig') },
    credentials: {
      'hcloud-token': hetzner.token,
      'hcloud-token-read-only': hetzner.readOnlyToken,
      'hcloud-token-of-a-stranger': hetzner.strangersToken,
      's3-access-key': s3Keys.accessKey,
      's3-secret-key': s3Keys.secretKey,
      'powerdns-api-key': powerDnsApiKey,
    },
    requestLog: file('requests.jsonl'),
    ca: file('ca.pem'),
    faults,
    log,
    hetzner,
    surroundings,
    mother,
    cluster,
    async close() {
      stopped.abort(new Error('the lab stops'));
      await cluster.close();
      await Promise.all([
        mother.close(),
        hetzner.close(),
        powerdns.close(),
        address.close(),
        surroundings.close(),
        acme?.close(),
        resolver?.close(),
        packageFront.close(),
        ...[api, http, https].map((gate) => gate.close()),
      ]);
      log.close();
    },
  };
}
