/**
 * dnsdist as on a node, and PowerDNS as in a Pod of its Service: Debian's programs, in two networks of their own that one cable joins.
 * The Service is what /etc/hosts says, for nothing here answers for the cluster's names.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { powerDnsSettings } from '../../../lab/src/engines/programs/real-powerdns.js';
import { finishedDns, finishedMachine } from '../../../lab/src/machines/build/cache.js';
import { type StartedProgram, startProgram } from '../../../src/tools/exec/exec.js';
import { exec } from '../../unit/blueprints/charts-rig.js';
import { until } from '../../until.js';

/** Of the node, of the Pod as long as it is there, and those that the Service may have. */
const [node, pod] = ['10.43.0.1', '10.43.0.9'];
export const serviceAddresses = ['10.43.0.10', '10.43.0.11'] as const;
const service = 'powerdns.powerdns.svc.cluster.local';

/** $0 the folder, $1 root file system, $2 the layer above it, then dnsdist's arguments. Both programs see `files` as /files, and the same hosts. */
const lay = `set -e
folder=$0 root=$1 layer=$2
shift 2
mount -t tmpfs tmpfs "$folder/memory"
mkdir "$folder/memory/upper" "$folder/memory/work"
mount -t overlay -o "lowerdir=$layer:$root,upperdir=$folder/memory/upper,workdir=$folder/memory/work" overlay "$folder/seen"
cd "$folder/seen"
mount -t proc proc proc
mount --rbind /dev dev
mkdir files
mount --bind "$folder/files" files
mount --bind "$folder/files/hosts" etc/hosts
mount -t tmpfs tmpfs /run
ip link set lo up
ip netns add pod
ip link add node type veth peer name pod netns pod
ip addr add ${node}/24 dev node
ip link set node up
ip -n pod addr add ${pod}/24 dev pod
${serviceAddresses.map((address) => `ip -n pod addr add ${address}/24 dev pod`).join('\n')}
ip -n pod link set lo up
ip -n pod link set pod up
ip netns exec pod chroot . pdns_server --config-dir=/files --daemon=no --guardian=no --write-pid=no > "$folder/pdns.log" 2>&1 &
exec chroot . dnsdist "$@" < /dev/null`;

export interface Answer {
  rcode: string;
  truncated: boolean;
  authoritative: boolean;
  answers: { type: string; data: unknown }[];
}

export interface NameServers {
  /** Resolves once the node answers for that zone. Throws when dnsdist has ended, with what both said. */
  answering(zone: string): Promise<void>;
  /** What the node's port 53 answers; undefined when it does not, within two seconds. */
  ask(name: string, type: string, by?: 'udp' | 'tcp'): Promise<Answer | undefined>;
  /** Gives the Service this address; the Pod loses the one that it had. */
  serviceAt(address: (typeof serviceAddresses)[number]): Promise<void>;
  /** How dnsdist ended; undefined as long as it runs. */
  ended(): string | undefined;
  log(): string;
  stop(): Promise<void>;
}

/** Why they cannot be started here; undefined when they can. */
export const missingForNames = (): string | undefined =>
  process.getuid?.() === 0 && finishedDns(process.env) ? undefined : 'as root: npm run machines -- dns';

export interface NamesOptions {
  /** Text of dnsdist.conf. */
  dnsdist: string;
  /** What the release adds to PowerDNS' settings. */
  additional: string;
  /** Records of the zone, as PowerDNS has them in its table. */
  zone: { name: string; records: { name: string; type: string; content: string }[] };
}

export async function startNameServers({ dnsdist, additional, zone }: NamesOptions): Promise<NameServers> {
  const folder = mkdtempSync(join(tmpdir(), 'catalyst-names-'));
  for (const each of ['memory', 'seen', 'files']) mkdirSync(join(folder, each), { mode: 0o755 });
  const write = (file: string, text: string) => writeFileSync(join(folder, 'files', file), text);
  const hosts = (more = '') => write('hosts', `127.0.0.1 localhost\n${more}`);
  hosts();
  write('dnsdist.conf', dnsdist);
  const ports = { dns: 53, api: 8081 };
  const settings = { ...powerDnsSettings({ directory: '/files', apiKey: 'of-the-test', ports, additional }) };
  const lines = Object.entries({ ...settings, 'local-address': '0.0.0.0', 'socket-dir': '/tmp' });
  write('pdns.conf', lines.map(([key, value]) => `${key}=${value}\n`).join(''));
  const machine = finishedMachine(process.env)!;
  const layer = join(finishedDns(process.env)!, 'layer');
  const schema = 'usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql';
  fillZone(join(folder, 'files/pdns.sqlite3'), readFileSync(join(layer, schema), 'utf8'), zone);

  const apart = ['--mount', '--net', '--pid', '--fork', '--kill-child'];
  const words = ['--supervised', '--disable-syslog', '--config', '/files/dnsdist.conf'];
  const running: StartedProgram = startProgram({
    file: '/usr/bin/unshare',
    args: [...apart, '--', 'sh', '-c', lay, folder, join(machine, 'root'), layer, ...words],
    cwd: '/',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    logFile: join(folder, 'dnsdist.log'),
  });
  let end: string | undefined;
  const gone = running.ended.then((how) => {
    end = how;
  });
  const inside = ['--target', `${running.pid}`];
  let address: string | undefined;
  const ask: NameServers['ask'] = async (name, type, by = 'udp') => {
    const script = join(import.meta.dirname, 'ask-dns.mjs');
    const asked = [...inside, '--net', process.execPath, script, node, name, type, by];
    const { stdout } = await exec({ file: 'nsenter', args: asked, okCodes: [0, 1] });
    return stdout ? (JSON.parse(stdout) as Answer) : undefined;
  };
  const log = () => ['dnsdist.log', 'pdns.log'].map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
  return {
    ask,
    async answering(zone) {
      await until(async () => end !== undefined || (await ask(zone, 'SOA'))?.rcode === 'NOERROR');
      if (end) throw new Error(`dnsdist: ${end}\n${log()}`);
    },
    async serviceAt(next) {
      hosts(`${next} ${service}. ${service}\n`);
      const lose = [...inside, '--net', '--mount', 'ip', '-n', 'pod', 'addr', 'del', `${address}/24`, 'dev', 'pod'];
      if (address) await exec({ file: 'nsenter', args: lose });
      address = next;
    },
    ended: () => end,
    log,
    async stop() {
      running.kill('SIGKILL');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function fillZone(file: string, schema: string, { name, records }: NamesOptions['zone']): void {
  const database = new DatabaseSync(file);
  database.exec(schema);
  database.prepare("insert into domains (name, type) values (?, 'NATIVE')").run(name);
  const insert = database.prepare('insert into records (domain_id, name, type, content, ttl) values (1, ?, ?, ?, 60)');
  for (const record of records) insert.run(record.name, record.type, record.content);
  database.close();
}
