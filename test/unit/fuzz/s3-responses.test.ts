import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createObjectStore, type ObjectStore } from '../../../src/tools/s3/s3.js';
import { damageOf, editsOf, hold, seed, slowCases } from './cases.js';

const { signal } = new AbortController();
const at = '2026-11-29T10:00:00.000Z';

/** What Object Storage answers to each list, as a tree: an array is the element repeated. */
const answers = {
  buckets: {
    ListAllMyBucketsResult: {
      Owner: { ID: 'o', DisplayName: 'o' },
      Buckets: {
        Bucket: [
          { Name: 'a', CreationDate: at },
          { Name: 'b', CreationDate: at },
        ],
      },
    },
  },
  objects: {
    ListBucketResult: {
      IsTruncated: false,
      NextContinuationToken: 'next',
      Contents: [{ Key: 'k', Size: 7, LastModified: at, ETag: '"e"', StorageClass: 'STANDARD' }],
    },
  },
  versions: {
    ListVersionsResult: {
      IsTruncated: false,
      NextKeyMarker: 'k',
      NextVersionIdMarker: '1',
      Version: [{ Key: 'k', VersionId: '1', Size: 7, LastModified: at, IsLatest: true }],
      DeleteMarker: [{ Key: 'k', VersionId: '2', LastModified: at }],
    },
  },
  uploads: {
    ListMultipartUploadsResult: {
      IsTruncated: false,
      NextKeyMarker: 'k',
      NextUploadIdMarker: '1',
      Upload: [{ Key: 'k', UploadId: 'u', Initiated: at }],
    },
  },
  refusal: { Error: { Code: 'AccessDenied', Message: 'no', RequestId: '1' } },
};
const kinds = ['buckets', 'objects', 'versions', 'uploads'] as const;
type Kind = (typeof kinds)[number];

/** Values go out as they are: what is no XML is one more lie. */
function xml(value: unknown, name = ''): string {
  if (Array.isArray(value)) return value.map((one) => xml(one, name)).join('');
  const inner =
    value !== null && typeof value === 'object'
      ? Object.entries(value)
          .map(([key, one]) => xml(one, key))
          .join('')
      : String(value);
  return name === '' ? inner : `<${name}>${inner}</${name}>`;
}

const said = { status: 200, body: Buffer.alloc(0) };
const server = createServer((request, response) => {
  request.resume();
  // One page: a list that goes on is read to the same end.
  const first = !/(marker|continuation-token)=/.test(request.url ?? '');
  response.writeHead(said.status, { 'content-type': 'application/xml' });
  response.end(first ? said.body : '<Empty/>');
});
let store: ObjectStore;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  store = createObjectStore({ endpoint, region: 'fsn1', accessKey: 'a', secretKey: 'b', signal });
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const ask: Record<Kind, () => Promise<object[]>> = {
  buckets: () => store.buckets(),
  objects: () => store.list('b'),
  uploads: () => store.uploads('b'),
  async versions() {
    const found = [];
    for await (const page of store.versions('b')) found.push(...page);
    return found;
  },
};
/** What the readers of a list rely on. */
const types: Record<string, string> = {
  ...{ name: 'string', created: 'string', key: 'string', modified: 'string', size: 'number' },
  ...{ versionId: 'string', uploadId: 'string', deleteMarker: 'boolean' },
};
const wrongIn = (items: object[]) =>
  items
    .flatMap((item) => Object.entries(item))
    .filter(([key, value]) => typeof value !== types[key] || Number.isNaN(value));

async function hear(kind: Kind, status: number, body: string): Promise<void> {
  Object.assign(said, { status, body: Buffer.from(body) });
  const items = await hold(ask[kind], ['E2301', 'E2302', 'E2303']);
  if (items) expect(wrongIn(items)).toEqual([]);
}

describe(`Object Storage that lies (CATALYST_SEED=${seed})`, () => {
  it('whose lists are read whole when they are sound', async () => {
    for (const kind of kinds) {
      Object.assign(said, { status: 200, body: Buffer.from(xml(answers[kind])) });
      expect(await ask[kind]()).toHaveLength(kind === 'buckets' || kind === 'versions' ? 2 : 1);
    }
  });

  it('with lists that are none is told from one that does not, or its answer is used as it is', {
    timeout: 900_000,
  }, async () => {
    const anyLie = fc
      .constantFrom(...kinds)
      .chain((kind) => editsOf(answers[kind]).map((tree) => ({ kind, body: xml(tree) })));
    await fc.assert(
      fc.asyncProperty(anyLie, ({ kind, body }) => hear(kind, 200, body)),
      { numRuns: slowCases, seed },
    );
  });

  it('with damaged texts and refusals', { timeout: 900_000 }, async () => {
    // 500 and 503 are asked again after a pause, and end in the same place.
    const anyStatus = fc.constantFrom(200, 204, 206, 301, 400, 403, 404, 409);
    const anyLie = fc
      .tuple(fc.constantFrom(...kinds), fc.boolean(), anyStatus)
      .chain(([kind, refused, status]) =>
        damageOf(xml(answers[refused ? 'refusal' : kind])).map((body) => ({ kind, status, body })),
      );
    await fc.assert(
      fc.asyncProperty(anyLie, ({ kind, status, body }) => hear(kind, status, body)),
      { numRuns: slowCases / 2, seed },
    );
  });
});
