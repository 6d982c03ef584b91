/** Preflight asks the registries: what is missing, private, behind a proxy or silent, and that it ends in time. */
import { expect, it } from 'vitest';
import { imagesOfTree } from '../../../src/blueprints/catalog/images/images.js';
import { renderTree } from '../../../src/blueprints/render/render.js';
import { runChecks } from '../../../src/preflight/check.js';
import { registryChecks } from '../../../src/preflight/registries.js';
import type { Sovereign } from '../../../src/sovereign/spec/schema.js';
import { fail } from '../../../src/support/errors/errors.js';
import type { Http, HttpRequest } from '../../../src/tools/http/http.js';
import { probeImages } from '../../../src/walk/probes/probe-images.js';
import { blueprints, omantel } from '../blueprints/rig.js';

const secretRef = { name: 'registry-pull', hosts: ['ghcr.io'], username: 'me' };
const withLogin = omantel(({ charts }) => ({ charts: { ...charts, secretRef } }));
const right = `Basic ${Buffer.from('me:right').toString('base64')}`;

interface World {
  /** Images that are not there. */
  missing?: RegExp;
  /** Hosts that never answer, and hosts behind which something else answers with that status. */
  silent?: string[];
  proxied?: Record<string, number>;
  token?: string | undefined;
  sovereign?: Sovereign;
}

/** Registries that have every image but these; openova-io's are private. All requests, in their order. */
function registries({ missing = /$^/, silent = [], proxied = {} }: World, asked: HttpRequest[] = []): Http {
  return async (request) => {
    asked.push(request);
    const url = new URL(request.url);
    const answer = (status: number, headers: Record<string, string> = {}, text = '') => ({ status, headers, text });
    if (silent.includes(url.host)) throw fail('E3002', `GET ${url.host}: no complete answer within 5s.`);
    if (proxied[url.host]) return answer(proxied[url.host]!);
    if (url.pathname.endsWith('/index.yaml')) return answer(200, {}, await indexes());
    if (url.pathname === '/v2/') return answer(401, { 'www-authenticate': `Bearer realm="https://${url.host}/token"` });
    if (url.pathname === '/token') {
      const { authorization } = request.headers ?? {};
      const isPrivate = url.searchParams.get('scope')!.includes('openova-io');
      if (authorization === undefined ? isPrivate : authorization !== right) return answer(authorization ? 403 : 401);
      return answer(200, {}, '{"token":"t"}');
    }
    const scope = /^\/v2\/(.+)\/manifests\//.exec(url.pathname)![1];
    const realm = `Bearer realm="https://${url.host}/token",scope="repository:${scope}:pull"`;
    if (request.headers?.['authorization'] !== 'Bearer t') return answer(401, { 'www-authenticate': realm });
    return answer(missing.test(url.pathname) ? 404 : 200);
  };
}

const indexes = async () =>
  (await blueprints())
    .flatMap(({ chart, releases }) => [chart, ...releases.map((one) => one.chart)])
    .map(
      ({ name, version, digest = '' }) =>
        `  ${name}:\n  - digest: ${digest.replace('sha256:', '')}\n    version: ${version}\n`,
    )
    .join('');

async function look({ token = 'right', sovereign = withLogin, ...world }: World, asked: HttpRequest[] = []) {
  const all = await blueprints();
  let passed = 0;
  // what waits for a time that never comes is over when everything else is
  const clock = {
    now: () => new Date(0),
    sleep: () => new Promise<void>(() => undefined).finally(() => (passed += 1)),
  };
  const { signal } = new AbortController();
  const http = registries(world, asked);
  const tree = async () => renderTree(sovereign, all);
  const checks = registryChecks({
    sovereign,
    blueprints: all,
    tree,
    http,
    clock,
    signal,
    registryToken: async () => token || undefined,
    probeImages: Object.values(probeImages),
  });
  const [images, charts] = await runChecks(checks, { clock, signal });
  return { images: images!, charts: charts! };
}

it('passes with everything there, and says how many images need the login', async () => {
  const { images, charts } = await look({});
  expect(images).toMatchObject({
    status: 'pass',
    reason: expect.stringMatching(/^\d+ images, 3 of them with the login/),
  });
  expect(charts).toMatchObject({
    status: 'pass',
    reason: expect.stringMatching(/^\d+ charts; 2 more are in the tree/),
  });
});

it('names an image that does not exist, and who runs it', async () => {
  const { images } = await look({ missing: /pool-domain-manager/ });
  expect(images).toMatchObject({
    status: 'fail',
    code: 'E3206',
    reason: expect.stringMatching(
      /One image cannot be pulled: \S+pool-domain-manager:\w+ \(bp-powerdns\) does not exist/,
    ),
  });
  expect(images.remedy.join()).toContain('spec.blueprints');
});

it('asks for what proofs start, which is in no tree', async () => {
  const { images } = await look({ missing: /natsio\/nats-box/ });
  expect(images).toMatchObject({ status: 'fail', code: 'E3206' });
  expect(images.reason).toBe(`One image cannot be pulled: ${probeImages.nats} (proofs) does not exist.`);
});

it('names a chart that does not exist', async () => {
  const { charts } = await look({ missing: /traefik\/helm\/traefik/ });
  expect(charts).toMatchObject({ status: 'fail', code: 'E3206', reason: expect.stringContaining('traefik 41.') });
});

it.each<[string, Partial<World>, string]>([
  ['no login', { sovereign: omantel() }, 'set spec.charts.secretRef: {name: registry-pull, hosts: [ghcr.io]}'],
  ['a wrong login', { token: 'wrong' }, 'catalyst credentials set registry-token'],
])('names what is private: %s', async (_, world, remedy) => {
  const { images } = await look(world);
  expect(images).toMatchObject({ status: 'fail', code: 'E3206' });
  expect(images.reason).toMatch(
    /catalyst-api:\w+ \(bp-catalyst-platform\) is private, does not exist, or the login is wrong \(401\)/,
  );
  expect(images.remedy).toContain(remedy);
});

it('asks for the credential that the spec names', async () => {
  const { images } = await look({ token: '' });
  expect(images).toMatchObject({ status: 'fail', code: 'E1301' });
  expect(images.remedy).toContain('catalyst credentials set registry-token');
});

it('asks a host that never answers three times, not once for each of its images', async () => {
  const asked: HttpRequest[] = [];
  const { images } = await look({ silent: ['ghcr.io', 'quay.io'] }, asked);
  expect(images).toMatchObject({
    status: 'warn',
    reason: expect.stringMatching(/could not be checked: ghcr\.io \(\d+\): .*quay\.io/),
  });
  const tried = (host: string) => asked.filter(({ url }) => new URL(url).host === host && url.includes('/v2/'));
  expect(tried('quay.io')).toHaveLength(3);
  // images and charts each
  expect(tried('ghcr.io')).toHaveLength(6);
  for (const { timeoutMs } of tried('quay.io')) expect(timeoutMs! * 3).toBeLessThan(25_000);
});

it('tells a proxy from a registry', async () => {
  const { images } = await look({ proxied: { 'quay.io': 407 } });
  expect(images).toMatchObject({
    status: 'warn',
    reason: expect.stringMatching(/quay\.io \(\d+\): it answers 407.*a proxy may be in the way/),
  });
});

it('ends in time when answers never come: what is known until then is told', async () => {
  const all = await blueprints();
  const never: Http = () => new Promise(() => undefined);
  const clock = {
    now: () => new Date(0),
    // the deadline of the check itself is later than that of its questions
    sleep: async (ms: number) => (ms > 25_000 ? new Promise<void>(() => undefined) : undefined),
  };
  const { signal } = new AbortController();
  const options = {
    sovereign: withLogin,
    blueprints: all,
    tree: async () => renderTree(withLogin, all),
    http: never,
    clock,
    signal,
  };
  const results = await runChecks(registryChecks({ ...options, registryToken: async () => 'right', probeImages: [] }), {
    clock,
    signal,
  });
  for (const result of results)
    expect(result).toMatchObject({ status: 'warn', reason: expect.stringContaining('not all answers within 25s') });
});

it('knows the images of every Blueprint that runs something, and says so of another chart version', async () => {
  const all = await blueprints();
  const tree = renderTree(omantel(), all);
  const { images, unknown } = imagesOfTree(omantel(), tree, all);
  expect(unknown).toEqual([]);
  const running = all.filter(({ workloads, perOrganization }) => workloads.length > 0 && !perOrganization);
  for (const { name } of running)
    expect(
      images.some(({ blueprints: users }) => users.includes(name)),
      name,
    ).toBe(true);
  const other = omantel(() => ({ blueprints: { 'bp-valkey': { version: '0.12.0' } } }));
  expect(imagesOfTree(other, renderTree(other, all), all).unknown).toEqual(['bp-valkey']);
});
