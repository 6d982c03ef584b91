/** All that is around the two clusters of a lab: Object Storage, DNS, charts, Git, SSH. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from 'catalyst/support/clock.js';
import { request as send } from 'undici';
import type { ClusterEngine } from './clusters/cluster-api.js';
import type { Faults } from './requests/faults.js';
import { type LabServer, serve } from './requests/http-server.js';
import { ownAgent, type RequestLog, withoutOwn } from './requests/request-log.js';
import { type DnsServer, startDns } from './servers/dns.js';
import { createGitea, type Gitea } from './servers/git/gitea.js';
import { motherGitFiles } from './servers/mother/contents.js';
import { fillZones } from './servers/mother/dns-data.js';
import type { ChartArchive } from './servers/registry/charts.js';
import type { PackageImage } from './servers/registry/packages.js';
import { startRegistry } from './servers/registry/server.js';
import { createKeyRing, type KeyRing } from './servers/s3/key-ring.js';
import { startS3 } from './servers/s3/server.js';
import { type Account, signS3 } from './servers/s3/signature.js';
import { withLostDelegations } from './servers/sovereign-dns.js';
import { type SshEndpoint, startSsh } from './servers/ssh.js';
import { createZones, type Zones } from './servers/zones.js';

export interface ExternalServices {
  s3: LabServer & { region: string };
  /** The pair that the lab gives at its start. */
  s3Keys: { accessKey: string; secretKey: string };
  s3KeyRing: KeyRing;
  /** Zones of the mother's PowerDNS as they are, without faults. */
  motherZones: Zones;
  /** The same as its name servers answer from them now. */
  answeredZones: () => Zones;
  sovereignZones: Zones;
  dns: DnsServer;
  sovereignDns: DnsServer;
  /** Leads the Sovereign's questions to a program on that loopback port; undefined: to its zones here. */
  answeredBy(port: number | undefined): void;
  registry: LabServer;
  git: LabServer;
  /** Clone address of what the mother's Flux reads. */
  motherRepository: string;
  ssh: SshEndpoint;
  close(): Promise<void>;
}

export interface ExternalServicesOptions {
  directory: string;
  fqdn: string;
  region: string;
  log: RequestLog;
  faults: Faults;
  clock: Clock;
  charts: () => Promise<readonly ChartArchive[]>;
  packages: readonly PackageImage[];
  /** What keeps the charts and what keeps the objects; default the lab's own servers. */
  startRegistry?: ClusterEngine['startRegistry'];
  startObjectStorage?: ClusterEngine['startObjectStorage'];
  /** False while nothing answers DNS on the Sovereign's nodes: every question is refused then. */
  sovereignAnswers: () => boolean;
}

/** Repository prefix of the charts. */
export const chartFolder = 'charts';

export async function startExternalServices(options: ExternalServicesOptions): Promise<ExternalServices> {
  const { directory, fqdn, region, log, faults, clock, packages } = options;
  const tools = { log, faults, clock };
  const cut = fqdn.indexOf('.');
  const now = () => clock.now();

  const accounts: Account[] = [];
  const s3KeyRing = createKeyRing(accounts);
  const { accessKey, secretKey } = s3KeyRing.make();
  const stranger = s3KeyRing.make({ owner: 'stranger' });
  const motherZones = createZones(now);
  fillZones(motherZones, fqdn.slice(cut + 1), fqdn.slice(0, cut));
  const sovereignZones = createZones(now);
  const none = createZones(now);
  let nameServer: number | undefined;
  const answeredZones = () => withLostDelegations(motherZones, faults);
  const gitea = createGitea({ directory: join(directory, 'git'), admin: async () => undefined, clock });

  const [s3, dns, sovereignDns, registry, git, ssh] = await Promise.all([
    (options.startObjectStorage ?? startS3)({ ...tools, log: withoutOwn(log), directory, region, accounts }),
    startDns({ ...tools, name: 'dns', zones: answeredZones }),
    startDns({
      ...tools,
      name: 'dns-sovereign',
      zones: () => (options.sovereignAnswers() ? sovereignZones : none),
      program: () => (options.sovereignAnswers() ? nameServer : undefined),
    }),
    options
      .charts()
      .then((charts) =>
        (options.startRegistry ?? startRegistry)({ ...tools, directory, charts, folder: chartFolder, packages }),
      ),
    serve({ ...tools, name: 'git', handler: gitea.handler }),
    startSsh(tools),
    publishMotherGit(gitea, fqdn),
  ]);
  // a bucket whose name looks like one of the Sovereign's, but which belongs to somebody else
  await createBucket(`${s3.endpoint}/${fqdn.slice(0, cut)}-harbor`, region, stranger, now());
  s3KeyRing.revoke(stranger.accessKey);
  const parts = [s3, dns, sovereignDns, registry, git, ssh];
  return {
    s3: { ...s3, region },
    s3Keys: { accessKey, secretKey },
    s3KeyRing,
    motherZones,
    answeredZones,
    sovereignZones,
    dns,
    sovereignDns,
    answeredBy(port) {
      nameServer = port;
    },
    registry,
    git,
    motherRepository: `${git.endpoint}/openova-io/openova.git`,
    ssh,
    close: async () => void (await Promise.all(parts.map((part) => part.close()))),
  };
}

async function publishMotherGit(gitea: Gitea, fqdn: string): Promise<void> {
  gitea.accounts.addOrganization('openova-io');
  const about = { owner: 'openova-io', name: 'openova', private: false, description: '', defaultBranch: 'main' };
  const repository = await gitea.repositories.create(about);
  await gitea.repositories.writeAll(repository, 'main', motherGitFiles(fqdn), 'What the mother runs', 'openova-io');
}

/** Over the protocol, as its owner does it. */
async function createBucket(url: string, region: string, account: Account, at: Date): Promise<void> {
  const call = { method: 'PUT', url: new URL(url) };
  const { headers } = await signS3(
    { ...call, headers: { 'user-agent': `${ownAgent}stranger` } },
    { account, region, at },
  );
  const answer = await send(url, { method: 'PUT', headers });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`Object Storage answered ${answer.statusCode} to ${url}: ${text}`);
}

/** So many random bytes as hex. */
export const secret = (bytes: number) => randomBytes(bytes).toString('hex');
