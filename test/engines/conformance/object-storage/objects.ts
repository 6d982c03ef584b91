import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Conversation } from './conversation.js';

const md5 = (text: string) => createHash('md5').update(text).digest('base64');
const crc = (text: string) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return bytes.toString('base64');
};
const about = ['etag', 'content-type', 'content-length', 'x-amz-meta-who'];

/** One object: in, out, looked at, in part, copied, gone. */
export const objects: Conversation = {
  name: 'objects',
  turns: [
    { id: 'a bucket', method: 'PUT', path: '/talk-objects', silent: true },
    { id: 'put', method: 'PUT', path: '/talk-objects/a', body: 'hello world', heads: ['etag', 'x-amz-version-id'] },
    { id: 'got', method: 'GET', path: '/talk-objects/a', content: true, heads: ['etag', 'accept-ranges'] },
    {
      id: 'put with a type and words about it',
      method: 'PUT',
      path: '/talk-objects/b/c',
      headers: { 'content-type': 'application/json', 'x-amz-meta-who': 'talk' },
      body: '{"a":1}',
    },
    { id: 'looked at', method: 'HEAD', path: '/talk-objects/b/c', heads: about },
    { id: 'got with what was said about it', method: 'GET', path: '/talk-objects/b/c', heads: about, content: true },
    { id: 'nothing in it', method: 'PUT', path: '/talk-objects/empty', heads: ['etag'] },
    { id: 'got though nothing is in it', method: 'GET', path: '/talk-objects/empty', heads: about, content: true },
    { id: 'a key to be escaped', method: 'PUT', path: '/talk-objects/a%20dir/%C3%BC%2B%26%27%28x%29%2A', body: 'x' },
    { id: 'that key', method: 'GET', path: '/talk-objects/a%20dir/%C3%BC%2B%26%27%28x%29%2A', content: true },
    { id: 'no such key', method: 'GET', path: '/talk-objects/none' },
    { id: 'no such key looked at', method: 'HEAD', path: '/talk-objects/none' },
    ...['0-4', '6-', '-5', '4-400', '400-500', '5-2', 'x'].map((range) => ({
      id: `bytes ${range}`,
      method: 'GET',
      path: '/talk-objects/a',
      headers: { range: `bytes=${range}` },
      heads: ['content-range', 'content-length'],
      content: true,
    })),
    { id: 'removed', method: 'DELETE', path: '/talk-objects/b/c', heads: ['x-amz-delete-marker'] },
    { id: 'removed again', method: 'DELETE', path: '/talk-objects/b/c' },
    { id: 'a method that is none', method: 'PATCH', path: '/talk-objects/a' },
  ],
};

const condition = (id: string, method: string, key: string, header: string, value: string) => ({
  id,
  method,
  path: `/talk-conditions/${key}`,
  headers: { [header]: value },
  ...(method === 'PUT' ? { body: 'newer' } : {}),
});

/** Only if it is so. */
export const conditions: Conversation = {
  name: 'conditions',
  turns: [
    { id: 'a bucket', method: 'PUT', path: '/talk-conditions', silent: true },
    {
      id: 'an object',
      method: 'PUT',
      path: '/talk-conditions/a',
      body: 'older',
      remember: { first: 'etag' },
      silent: true,
    },
    condition('got if it is that', 'GET', 'a', 'if-match', '"d0aa5bc7d4a2c1dd1e4d1f0e6e4c9b6a"'),
    condition(
      'got if it is what it is',
      'GET',
      'a',
      'if-match',
      `"${createHash('md5').update('older').digest('hex')}"`,
    ),
    condition(
      'got if it is another',
      'GET',
      'a',
      'if-none-match',
      `"${createHash('md5').update('older').digest('hex')}"`,
    ),
    condition('got if it is newer than last year', 'GET', 'a', 'if-modified-since', 'Mon, 01 Jan 2024 00:00:00 GMT'),
    condition('got if it is older than last year', 'GET', 'a', 'if-unmodified-since', 'Mon, 01 Jan 2024 00:00:00 GMT'),
    condition('put if there is none, and there is', 'PUT', 'a', 'if-none-match', '*'),
    condition('put if there is none, and there is none', 'PUT', 'b', 'if-none-match', '*'),
    condition('put if it is another', 'PUT', 'a', 'if-match', '"d0aa5bc7d4a2c1dd1e4d1f0e6e4c9b6a"'),
    condition(
      'put if it is what it is',
      'PUT',
      'a',
      'if-match',
      `"${createHash('md5').update('older').digest('hex')}"`,
    ),
    condition('put if it is that, and there is none', 'PUT', 'none', 'if-match', '"d0aa5bc7d4a2c1dd1e4d1f0e6e4c9b6a"'),
    { id: 'what is there', method: 'GET', path: '/talk-conditions/a', content: true },
  ],
};

/** What the caller says the body's sum is. */
export const checksums: Conversation = {
  name: 'checksums',
  turns: [
    { id: 'a bucket', method: 'PUT', path: '/talk-sums', silent: true },
    { id: 'right MD5', method: 'PUT', path: '/talk-sums/a', body: 'body', headers: { 'content-md5': md5('body') } },
    {
      id: 'MD5 of another body',
      method: 'PUT',
      path: '/talk-sums/a',
      body: 'body',
      headers: { 'content-md5': md5('else') },
    },
    { id: 'no MD5 at all', method: 'PUT', path: '/talk-sums/a', body: 'body', headers: { 'content-md5': 'nonsense' } },
    {
      id: 'right CRC32',
      method: 'PUT',
      path: '/talk-sums/a',
      body: 'body',
      headers: { 'x-amz-checksum-crc32': crc('body') },
      heads: ['x-amz-checksum-crc32'],
    },
    {
      id: 'CRC32 of another body',
      method: 'PUT',
      path: '/talk-sums/a',
      body: 'body',
      headers: { 'x-amz-checksum-crc32': crc('else') },
    },
    {
      id: 'no CRC32 at all',
      method: 'PUT',
      path: '/talk-sums/a',
      body: 'body',
      headers: { 'x-amz-checksum-crc32': 'nonsense' },
    },
    {
      id: 'told when asked',
      method: 'HEAD',
      path: '/talk-sums/a',
      headers: { 'x-amz-checksum-mode': 'ENABLED' },
      heads: ['x-amz-checksum-crc32'],
    },
    {
      id: 'right SHA-256',
      method: 'PUT',
      path: '/talk-sums/b',
      body: 'body',
      headers: { 'x-amz-checksum-sha256': createHash('sha256').update('body').digest('base64') },
    },
    {
      id: 'SHA-256 of another body',
      method: 'PUT',
      path: '/talk-sums/b',
      body: 'body',
      headers: { 'x-amz-checksum-sha256': createHash('sha256').update('else').digest('base64') },
    },
  ],
};
