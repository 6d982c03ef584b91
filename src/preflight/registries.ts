/** Every image and every chart of the tree, asked for where it is pulled from: what is missing there, or kept from this login. */

import type { Blueprint, ChartPin } from '../blueprints/catalog/blueprint.js';
import { imagesOfTree } from '../blueprints/catalog/images/images.js';
import { releasesOf } from '../blueprints/catalog/releases.js';
import { chartUrl, isPlainHttp } from '../blueprints/charts/chart-source.js';
import { treeSource } from '../blueprints/charts/own-chart.js';
import type { RenderedTree } from '../blueprints/render/render.js';
import { variablesOf } from '../blueprints/render/variables.js';
import { registryLogins } from '../sovereign/registry-logins.js';
import type { Sovereign } from '../sovereign/spec/schema.js';
import type { Clock } from '../support/clock.js';
import { command } from '../support/commands/command.js';
import { fail } from '../support/errors/errors.js';
import type { Http } from '../tools/http/http.js';
import { parseImage, referenceOf } from '../tools/oci/image-name.js';
import { headImage } from '../tools/oci/oci.js';
import { type Asked, askRegistries, type Question } from './ask-registries.js';
import type { Check } from './check.js';

export interface RegistryOptions {
  sovereign: Sovereign;
  blueprints: readonly Blueprint[];
  tree: () => Promise<RenderedTree>;
  http: Http;
  clock: Clock;
  signal: AbortSignal;
  registryToken: () => Promise<string | undefined>;
  /** Images that are in no tree: proofs start them. */
  probeImages: readonly string[];
}

const requestMs = 5000;

export function registryChecks(options: RegistryOptions): Check[] {
  // each host is asked up to three times already
  const once = true as const;
  return [
    {
      id: 'images',
      title: 'every image of the tree and of the proofs can be pulled',
      once,
      look: () => lookAtImages(options),
    },
    { id: 'charts', title: 'every chart of the tree can be fetched', once, look: () => lookAtCharts(options) },
  ];
}

async function lookAtImages(options: RegistryOptions) {
  const { sovereign, blueprints, tree, http } = options;
  const { images, unknown } = imagesOfTree(sovereign, await tree(), blueprints);
  const known = new Set(images.map(({ image }) => image));
  const probed = options.probeImages.filter((image) => !known.has(image));
  const all = [...images, ...probed.map((image) => ({ image, blueprints: ['proofs'] }))];
  const logins = await loginsOf(options);
  let needed = 0;
  const questions = all.map(({ image, blueprints: users }): Question => {
    const name = parseImage(image)!;
    const host = name.registry === 'docker.io' ? 'registry-1.docker.io' : name.registry;
    const access = { origin: `https://${host}`, repository: name.repository };
    const head = (login?: string) =>
      headImage(
        http,
        { ...access, ...(login ? { login } : {}) },
        { reference: referenceOf(name), timeoutMs: requestMs },
      );
    const login = logins.get(name.registry);
    const ask = async () => {
      const status = await head(login);
      if (login !== undefined && status === 200 && (await head()) !== 200) needed += 1;
      return status;
    };
    return { name: `${image} (${users.join(', ')})`, host, ask };
  });
  const asked = await askRegistries(http, questions, options);
  refuse('image', asked, sovereign);
  const seen = `${asked.there.length} images${needed > 0 ? `, ${needed} of them with the login of spec.charts.secretRef` : ''}`;
  const notes = unknown.map((release) => `${release} has another chart version, whose images are not known`);
  return withSilent(seen, [...asked.silent, ...notes]);
}

async function lookAtCharts(options: RegistryOptions) {
  const { sovereign, blueprints, http } = options;
  const logins = await loginsOf(options);
  const releases = blueprints.flatMap((blueprint) => releasesOf(blueprint, sovereign, variablesOf(sovereign)));
  const indexes = new Map<string, Promise<{ status: number; text: string }>>();
  const index = (url: string) => {
    const known = indexes.get(url) ?? http({ url: `${url.replace(/\/$/, '')}/index.yaml`, timeoutMs: 4 * requestMs });
    indexes.set(url, known);
    known.catch(() => indexes.delete(url));
    return known;
  };
  const questions = releases
    .filter(({ chart }) => chart.source !== treeSource)
    .map(({ name, chart }): Question => {
      const url = chartUrl(sovereign, chart);
      const at = new URL(url.replace(/^oci:/, isPlainHttp(sovereign, url) ? 'http:' : 'https:'));
      const what = `${chart.name} ${chart.version} at ${url} (${name})`;
      if (!url.startsWith('oci://'))
        return { name: what, host: at.host, ask: async () => statusIn(await index(url), chart), plain: true };
      const repository = `${at.pathname.slice(1)}/${chart.name}`.replaceAll('//', '/');
      const login = logins.get(at.host);
      const access = { origin: at.origin, repository, ...(login ? { login } : {}) };
      const reference = chart.version.replaceAll('+', '_');
      return {
        name: what,
        host: at.host,
        origin: at.origin,
        ask: () => headImage(http, access, { reference, timeoutMs: requestMs }),
      };
    });
  const asked = await askRegistries(http, questions, options);
  refuse('chart', asked, sovereign);
  return withSilent(
    `${asked.there.length} charts; ${releases.length - questions.length} more are in the tree`,
    asked.silent,
  );
}

/** An index has the digest of every archive: with a pin, the very archive must be there. */
function statusIn({ status, text }: { status: number; text: string }, { name, version, digest }: ChartPin): number {
  if (status !== 200) return status;
  if (digest !== undefined && text.includes(digest.slice('sha256:'.length))) return 200;
  const block = text.split(/^ {2}(?=[^\s-])/m).find((entry) => entry.startsWith(`${name}:`)) ?? '';
  const found = new RegExp(`^\\s+version: ["']?${version.replace(/[.+]/g, '\\$&')}["']?\\s*$`, 'm').test(block);
  return found && digest === undefined ? 200 : 404;
}

async function loginsOf({ sovereign, registryToken }: RegistryOptions): Promise<Map<string, string>> {
  const { secretRef } = sovereign.spec.charts;
  if (secretRef === undefined) return new Map();
  const token = await registryToken();
  if (token !== undefined) return registryLogins(secretRef, token);
  throw fail(
    'E1301',
    `spec.charts.secretRef names a login for ${secretRef.hosts.join(', ')}, and no registry-token is captured.`,
    {
      actions: [command('credentials set', 'registry-token'), 'or set CATALYST_REGISTRY_TOKEN'],
    },
  );
}

/** Throws E3206 with everything that is missing or private. */
function refuse(what: 'image' | 'chart', { missing, private: kept }: Asked, { spec }: Sovereign): void {
  const all = [
    ...missing.map((name) => `${name} does not exist`),
    ...kept.map(({ name, status }) => `${name} is private, does not exist, or the login is wrong (${status})`),
  ];
  if (all.length === 0) return;
  const hosts = [...new Set(kept.map(({ host }) => host.replace('registry-1.', '')))];
  const secretRef = `set spec.charts.secretRef: {name: registry-pull, hosts: [${hosts.join(', ')}]}`;
  throw fail(
    'E3206',
    `${all.length === 1 ? `One ${what}` : `${all.length} ${what}s`} cannot be pulled: ${all.join('; ')}.`,
    {
      actions: [
        ...(kept.length > 0 ? [command('credentials set', 'registry-token')] : []),
        ...(kept.length > 0 && !hosts.every((host) => spec.charts.secretRef?.hosts.includes(host)) ? [secretRef] : []),
        ...(missing.length > 0
          ? [`correct the name or version in spec.blueprints, or in the Blueprint: ${command('explain', 'E3206')}`]
          : []),
      ],
      data: { missing, private: kept.map(({ name }) => name) },
    },
  );
}

function withSilent(seen: string, silent: readonly string[]) {
  if (silent.length === 0) return seen;
  return {
    warn: `${seen}; could not be checked: ${silent.join('; ')}`,
    remedy: ['check the network and the proxy on the way: the nodes need these registries too', command('preflight')],
  };
}
