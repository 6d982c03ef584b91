import { createServer } from 'node:net';
import { S3Client, type S3ServiceException } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { createDialer } from '../../../../src/tools/dialer/dialer.js';
import { createHttp } from '../../../../src/tools/http/http-client.js';
import { networkCause, neverLeft, wasCut } from '../../../../src/tools/http/network-cause.js';
import { boundedClient } from '../../../../src/tools/s3/bounds.js';

const told = (code: string, more: object = {}) => Object.assign(new Error(code), { code, ...more });

describe('a request never left', () => {
  test.each([
    ['no name', told('ENOTFOUND', { syscall: 'getaddrinfo' })],
    ['a resolver that failed', told('EAI_AGAIN', { syscall: 'getaddrinfo' })],
    ['refused', told('ECONNREFUSED')],
    ['no route to begin with', told('EHOSTUNREACH', { syscall: 'connect' })],
    ['no connection in time', told('ETIMEDOUT', { syscall: 'connect' })],
    ['inside what an SDK throws', told('ERR_NETWORK', { cause: told('ENETUNREACH', { syscall: 'connect' }) })],
    [
      'at none of its addresses',
      told('', { errors: [told('ECONNREFUSED'), told('ENETUNREACH', { syscall: 'connect' })] }),
    ],
  ])('%s', (_, error) => expect(neverLeft(error)).toBe(true));

  test.each([
    ['a route that is lost while the answer is awaited', told('EHOSTUNREACH', { syscall: 'read' })],
    ['an interface that goes down', told('ECONNABORTED', { syscall: 'write' })],
    ['a peer that hangs up', told('ECONNRESET')],
    ['no answer in time', new Error('no complete answer within 30 s')],
    ['one address of two', told('', { errors: [told('ECONNREFUSED'), told('ECONNRESET', { syscall: 'read' })] })],
    ['nothing', undefined],
  ])('not so: %s', (_, error) => expect(neverLeft(error)).toBe(false));
});

test('a cut connection is one whatever cut it, and says where to look', () => {
  for (const code of ['ECONNRESET', 'ECONNABORTED', 'ENETDOWN', 'ENETRESET', 'EHOSTUNREACH', 'EPIPE', 'ETIMEDOUT'])
    expect(wasCut(told(code)), code).toBe(true);
  for (const code of ['ENOTFOUND', 'CERT_HAS_EXPIRED', '']) expect(wasCut(told(code)), code).toBe(false);
  for (const code of ['ECONNABORTED', 'ENETRESET', 'ENETDOWN', 'EHOSTDOWN'])
    expect(networkCause(code), code).toBeDefined();
});

test('S3 asks again when an interface went down', async () => {
  const asked: unknown[] = [];
  const s3 = boundedClient(
    new S3Client({
      endpoint: 'http://127.0.0.1:9',
      region: 'fsn1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      maxAttempts: 2,
      requestHandler: {
        handle: async (request: unknown) => {
          asked.push(request);
          throw told('ECONNABORTED', { syscall: 'write' });
        },
      } as never,
    }),
  );
  const { ListBucketsCommand } = await import('@aws-sdk/client-s3');
  const refused = (await s3.send(new ListBucketsCommand()).catch((error: unknown) => error)) as S3ServiceException;
  expect([asked.length, refused.$metadata.attempts]).toEqual([2, 2]);
});

test('a change whose connection is cut after it was sent may have been made', async () => {
  const server = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as { port: number };
  const http = createHttp({ dialer: createDialer({ connectTo: [] }), signal: AbortSignal.timeout(20_000) });
  const url = `http://127.0.0.1:${port}/`;
  await expect(http({ url, method: 'PUT', body: 'x' })).rejects.toMatchObject({ data: { ambiguous: true } });
  await new Promise((closed) => server.close(closed));
  await expect(http({ url, method: 'PUT', body: 'x' })).rejects.toMatchObject({ data: { ambiguous: false } });
});
