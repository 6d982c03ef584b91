import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HttpAnswer } from '../../../src/tools/http/http.js';
import type { HttpStream, StreamAnswer } from '../../../src/tools/http/http-stream.js';
import { copyImage, resolveImage } from '../../../src/tools/oci/copy.js';
import { readOci, writeOci } from '../../../src/tools/oci/oci.js';
import { anyJson, damageOf, editsOf, hold, seed, slowCases } from './cases.js';

const digestOf = (bytes: string | Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const layer = 'a layer';
const image = {
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf('{}'), size: 2 },
  layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: digestOf(layer), size: layer.length }],
};
const imageText = JSON.stringify(image);
const index = {
  schemaVersion: 2,
  manifests: [{ digest: digestOf(imageText), size: imageText.length, platform: { os: 'linux' } }],
};

interface Said {
  /** Of the reference that is asked for. */
  manifest: string;
  status: number;
  headers: Record<string, string>;
  token: string;
  /** The connection breaks before the manifest has come to its end. */
  cut?: boolean;
}

/** A registry of one index, which says these things; all else of it is sound. */
function registry(given: Said): HttpStream {
  const blobs = new Map([digestOf('{}'), digestOf(layer)].map((digest, n) => [digest, n === 0 ? '{}' : layer]));
  return async ({ url, method = 'GET', headers = {}, body }): Promise<StreamAnswer> => {
    const answer = (status: number, text = '', more: Record<string, string> = {}) => ({
      status,
      headers: more,
      body: Readable.from(text === '' ? [] : [Buffer.from(text)]) as IncomingMessage,
    });
    const { pathname } = new URL(url);
    const sent = body !== undefined && 'stream' in body ? await bytesOf(body.stream) : undefined;
    if (pathname === '/token') return answer(200, given.token);
    if (headers['authorization'] === undefined && given.status === 401) return answer(401, '', given.headers);
    if (pathname.endsWith('/manifests/v1')) {
      if (method === 'PUT') return answer(201);
      const said = answer(given.status === 401 ? 200 : given.status, given.manifest, given.headers);
      return given.cut ? { ...said, body: broken(given.manifest) as IncomingMessage } : said;
    }
    if (pathname.includes('/manifests/')) return method === 'PUT' ? answer(201) : answer(200, imageText);
    if (method === 'HEAD') return answer(404);
    if (method === 'POST') return answer(202, '', { location: '/v2/c/blobs/uploads/1', ...given.headers });
    if (method === 'PUT') return answer(sent === undefined ? 400 : 201);
    return answer(200, blobs.get(pathname.split('/').at(-1)!) ?? 'not what was asked for');
  };
}

/** A body that begins as that text and never comes to its end. */
function broken(text: string): Readable {
  return Readable.from(
    (async function* () {
      yield Buffer.from(`${text} `);
      throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    })(),
  );
}

async function bytesOf(stream: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

const access = { origin: 'https://r.example.org', login: 'u:p' };
const from = { ...access, repository: 'a/b', reference: 'v1' };
const to = { ...access, repository: 'c', tag: 'v1' };
const codes = ['E3205', 'E3002', 'E3009', 'E3010'];
const copy = (given: Said) => hold(() => copyImage(registry(given), { from, to }), codes);
const sound: Said = { manifest: JSON.stringify(index), status: 200, headers: {}, token: '{"token":"t"}' };

const anyText = (document: unknown) =>
  fc.oneof(
    { weight: 3, arbitrary: editsOf(document).map((value) => JSON.stringify(value) ?? '') },
    { weight: 1, arbitrary: damageOf(JSON.stringify(document)) },
  );
const challenge = 'Bearer realm="https://r.example.org/token",service="s",scope="repository:a/b:pull"';
const anyHeaders = fc.record(
  {
    'content-type': fc.string({ maxLength: 40 }),
    location: damageOf('/v2/c/blobs/uploads/1?state=x'),
    'www-authenticate': fc.oneof(damageOf(challenge), fc.constant(challenge), fc.string({ maxLength: 40 })),
    'docker-content-digest': fc.string({ maxLength: 80 }),
  },
  { requiredKeys: [] },
);
const anySaid: fc.Arbitrary<Said> = fc.record({
  manifest: fc.oneof(anyText(index), anyText(image), fc.constant(sound.manifest)),
  status: fc.constantFrom(200, 200, 200, 401, 401, 404, 500),
  headers: anyHeaders,
  cut: fc.nat(9).map((of) => of === 0),
  token: fc.oneof(
    anyText({ token: 't', expires_in: 300 }),
    anyJson.map((value) => JSON.stringify(value) ?? ''),
  ),
});

describe(`a registry that lies (CATALYST_SEED=${seed})`, () => {
  it('is copied from when it does not', async () => {
    expect(await copy(sound)).toBe(digestOf(sound.manifest));
    const asked = { ...sound, status: 401, headers: { 'www-authenticate': challenge } };
    expect(await copy(asked)).toBe(digestOf(sound.manifest));
  });

  it('is told by its bytes: what is copied has the digest of what came', { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anySaid, async (given) => {
        const copied = await copy(given);
        if (copied !== undefined) expect(copied).toBe(digestOf(given.manifest));
        const resolved = await hold(() => resolveImage(registry(given), from), codes);
        if (resolved !== undefined) expect(resolved).toBe(digestOf(given.manifest));
      }),
      { numRuns: slowCases, seed },
    );
  });

  it('is told by its bytes where an artifact is pushed and pulled', { timeout: 600_000 }, async () => {
    const login = { origin: access.origin, username: 'u', password: 'p' };
    await fc.assert(
      fc.asyncProperty(anySaid, fc.constantFrom(200, 201, 202), async ({ status, headers, manifest, token }, ok) => {
        const http = async ({ url, headers: sent = {} }: { url: string; headers?: Record<string, string> }) => {
          const refused = status === 401 && sent['authorization'] === undefined && !url.includes('/token');
          const text = url.includes('/token') ? token : manifest;
          return { status: refused ? 401 : url.includes('/token') ? 200 : ok, headers, text } satisfies HttpAnswer;
        };
        const pushed = await hold(() => writeOci(http, login).push('a/b', 'v1'), codes);
        expect(pushed).toBeUndefined();
        const named = { repository: 'a/b', digest: digestOf(''), layer: digestOf(layer) };
        const pulled = await hold(() => readOci(http, login).pull(named), codes);
        if (pulled) expect(pulled.manifest).toBe(digestOf(manifest));
      }),
      { numRuns: slowCases / 2, seed },
    );
  });
});
