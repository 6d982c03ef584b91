/**
 * Keycloak with what its chart makes of the rendered values, and the realm that the tree hands it. Not as there: its database is a file
 * instead of PostgreSQL, it has no neighbors to share a cache with, and it listens on loopback.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../../lab/src/engines/free-ports.js';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { parseYamlStream } from '../../../src/support/yaml/read-yaml.js';
import { startProgram } from '../../../src/tools/exec/exec.js';
import { rendered } from '../../engines/blueprints/rendered.js';
import { until } from '../../until.js';

/** Whatever it answers. */
export type Json = KubeObject[string];

interface Values {
  command: [string];
  args: string[];
  http: { relativePath: string };
  proxy: { enabled: boolean; mode: string; http: { enabled: boolean } };
  health: { enabled: boolean };
  metrics: { enabled: boolean };
  extraEnv: string;
}

/** Text of a container's `env`. */
type Variables = { name: string; value?: string; valueFrom?: { secretKeyRef: { name: string; key: string } } }[];

export interface Keycloak {
  /** With the path; as the ingress calls it. `form` makes it a POST of a form. */
  call(
    path: string,
    options?: { token?: string; form?: Record<string, string> },
  ): Promise<{ status: number; body: Json }>;
  log(): string;
  stop(): Promise<void>;
}

/** `secretOf` gives what is in the Secrets. */
export async function startKeycloak(options: {
  /** Unpacked distribution. */
  distribution: string;
  secretOf: (secret: string, key: string) => string;
}): Promise<Keycloak> {
  const { distribution, secretOf } = options;
  const { values, object } = await rendered('bp-keycloak', 'solo');
  const { command, args, http, proxy, health, metrics, extraEnv } = values as Values;
  const folder = mkdtempSync(join(tmpdir(), 'catalyst-keycloak-'));
  const home = join(folder, 'keycloak');
  // the first start rewrites a part of it
  cpSync(distribution, home, { recursive: true });
  mkdirSync(join(home, 'data/import'), { recursive: true });
  for (const [file, realm] of Object.entries(object('ConfigMap', 'sovereign-realm')['data'] as object))
    writeFileSync(join(home, 'data/import', file), typeof realm === 'string' ? realm : JSON.stringify(realm));
  const [port = 0, management = 0] = await freePorts(2);
  const [variables] = parseYamlStream(extraEnv) as [Variables];
  const given = variables.map(({ name, value, valueFrom }) => {
    const { name: secret, key } = valueFrom?.secretKeyRef ?? { name: '', key: '' };
    return [name, valueFrom ? secretOf(secret, key) : value];
  });
  // as the chart sets them (codecentric's keycloakx, templates/statefulset.yaml)
  const ofChart = {
    KC_HTTP_RELATIVE_PATH: http.relativePath,
    ...(proxy.enabled ? { KC_PROXY_HEADERS: proxy.mode, KC_HTTP_ENABLED: `${proxy.http.enabled}` } : {}),
    KC_HEALTH_ENABLED: `${health.enabled}`,
    KC_METRICS_ENABLED: `${metrics.enabled}`,
  };
  const here = {
    ...{ KC_DB: 'dev-file', KC_CACHE: 'local', KC_HTTP_HOST: '127.0.0.1', KC_HTTP_PORT: `${port}` },
    ...{ KC_HTTP_MANAGEMENT_PORT: `${management}`, KC_HTTP_MANAGEMENT_HOST: '127.0.0.1' },
    ...{ HOME: folder, PATH: process.env['PATH'] },
  };
  const logFile = join(folder, 'log');
  const running = startProgram({
    file: command[0].replace('/opt/keycloak', home),
    args,
    env: { ...ofChart, ...Object.fromEntries(given), ...here },
    cwd: home,
    logFile,
  });
  let ended: string | undefined;
  const gone = running.ended.then((how) => {
    ended = how;
  });
  const log = () => readFileSync(logFile, 'utf8');
  const stop = async () => {
    running.kill('SIGKILL');
    await gone;
    rmSync(folder, { recursive: true, force: true });
  };
  const ready = async () => (await fetch(`http://127.0.0.1:${management}/health/ready`)).ok;
  await until(async () => ended !== undefined || (await ready()));
  if (ended) {
    const said = log();
    await stop();
    throw new Error(`keycloak: ${ended}\n${said}`);
  }
  return {
    async call(path, { token, form } = {}) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
        headers: {
          ...{ 'x-forwarded-proto': 'https', 'x-forwarded-host': 'auth.omantel.omani.works' },
          ...(token ? { authorization: `Bearer ${token}` } : {}),
        },
        ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
      });
      const text = await answer.text();
      return { status: answer.status, body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text };
    },
    log,
    stop,
  };
}
