/**
 * PowerDNS of the Sovereign as what it is: Debian's program, run as long as the Pod of its Deployment, with the API key of its
 * Secret, on SQLite instead of the Sovereign's PostgreSQL. It answers for the Sovereign's name servers.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from 'catalyst/support/clock.js';
import type { Component } from '../../components/component.js';
import { isPowerDns, powerDnsKey } from '../../components/powerdns.js';
import type { ReconcileContext, Rule } from '../../controllers/reconciler.js';
import type { Child, Children } from '../children.js';
import { answering, passOn } from '../forwarder.js';
import { freePorts } from '../free-ports.js';
import { podProgram } from '../pods/pod-program.js';

/** Where Debian's packages pdns-server and pdns-backend-sqlite3 put them. */
const program = '/usr/sbin/pdns_server';
const schema = '/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql';

export const hasPowerDns = () => existsSync(program) && existsSync(schema);

export interface PowerDnsProgram {
  children: Pick<Children, 'start'>;
  /** Folder of its settings and its database, which it finds again. */
  directory: string;
  apiKey: string;
  ports: { dns: number; api: number };
  clock: Clock;
  /** Lets zones be signed, as the mother's PowerDNS does. */
  dnssec?: true;
  /** What the release of the tree adds to its settings (`powerdns.additionalConfig`); without it nothing is cached. */
  additional?: string;
}

/** For Debian's program and another database than the tree's; all else is what the release has. */
export function powerDnsSettings({
  directory,
  apiKey,
  ports,
  dnssec,
  additional,
}: Omit<PowerDnsProgram, 'children' | 'clock'>) {
  const caches = { 'cache-ttl': 0, 'query-cache-ttl': 0, 'negquery-cache-ttl': 0, 'zone-cache-refresh-interval': 0 };
  const own = (additional ?? '')
    .split('\n')
    .map((line) => /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(line))
    .flatMap((found) => (found ? [[found[1]!.replace(/^gpgsql-/, 'gsqlite3-'), found[2]!] as const] : []));
  return {
    ...{ launch: 'gsqlite3', 'gsqlite3-database': databaseIn(directory), 'gsqlite3-pragma-synchronous': 0 },
    ...(dnssec ? { 'gsqlite3-dnssec': 'yes' } : {}),
    // relative to where it is started: a path to a socket may not be long
    'socket-dir': '.',
    ...{ 'local-address': '127.0.0.1', 'local-port': ports.dns },
    ...{
      api: 'yes',
      'api-key': apiKey,
      webserver: 'yes',
      'webserver-address': '127.0.0.1',
      'webserver-port': ports.api,
    },
    // what the API changed is answered at once
    ...(additional === undefined ? caches : Object.fromEntries(own)),
  };
}

const databaseIn = (directory: string) => join(directory, 'pdns.sqlite3');

/** Resolves once its API answers. */
export async function startPowerDns({ children, clock, ...about }: PowerDnsProgram): Promise<Child> {
  const { directory, ports } = about;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = databaseIn(directory);
  if (!existsSync(file)) {
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(file);
    database.exec(readFileSync(schema, 'utf8'));
    database.close();
  }
  const lines = Object.entries(powerDnsSettings(about)).map(([key, value]) => `${key}=${value}\n`);
  writeFileSync(join(directory, 'pdns.conf'), lines.join(''), { mode: 0o600 });
  const child = children.start('powerdns', {
    file: program,
    args: [`--config-dir=${directory}`, '--daemon=no', '--guardian=no', '--write-pid=no'],
  });
  try {
    await answering(`http://127.0.0.1:${ports.api}/api/v1/servers`, [401], clock);
  } catch (error) {
    // the next look begins anew
    await child.stop();
    throw error;
  }
  return child;
}

/** Of the live release, as helm has it; undefined as long as there is none. */
function additionalConfig(lab: ReconcileContext): string | undefined {
  const release = lab.store
    .list('helm.toolkit.fluxcd.io/v2/HelmRelease')
    .find(({ metadata }) => metadata.name === 'bp-powerdns');
  return release && String(release['spec'].values?.powerdns?.additionalConfig ?? '');
}

export async function realPowerDns(
  options: Pick<PowerDnsProgram, 'children' | 'directory'>,
): Promise<{ component: Component; rule: Rule }> {
  const [dns = 0, api = 0] = await freePorts(2);
  let up = false;

  async function start(lab: ReconcileContext, apiKey: string, additional: string): Promise<Child> {
    const child = await startPowerDns({ ...options, apiKey, additional, ports: { dns, api }, clock: lab.clock });
    lab.world.dns?.answeredBy?.(dns);
    up = true;
    return {
      pid: child.pid,
      async stop() {
        up = false;
        lab.world.dns?.answeredBy?.(undefined);
        await child.stop();
      },
    };
  }

  const { rule, isItsPod } = podProgram({
    ...{ namespace: 'powerdns', name: 'powerdns' },
    start: async (_pod, lab) => {
      const apiKey = powerDnsKey(lab, 'powerdns');
      const additional = additionalConfig(lab);
      return apiKey && additional !== undefined ? start(lab, apiKey, additional) : undefined;
    },
  });
  return {
    rule,
    component: {
      name: 'powerdns',
      emulates: isPowerDns,
      async handle(request) {
        const query = request.query.size > 0 ? `?${request.query}` : '';
        const answer = await passOn(request, `http://127.0.0.1:${api}`, { path: `${request.path}${query}` });
        const zone = /\/zones\/([^/]+)/.exec(request.path)?.[1];
        return { ...answer, ...(zone ? { log: { object: `zone ${zone}` } } : {}) };
      },
      // one program for as many Pods as there are
      unready: (pod) => (isItsPod(pod) && !up ? 'Readiness probe failed: connection refused' : undefined),
    },
  };
}
