import { createHash } from 'node:crypto';
import type { Conversation } from './conversation.js';

const keys = ['a', 'b/1', 'b/2', 'b/3', 'c', 'd e/1', 'z'];
const listed = ['Key', 'KeyCount', 'MaxKeys', 'IsTruncated', 'CommonPrefixes', 'Size'];
const md5 = (text: string) => ({ 'content-md5': createHash('md5').update(text).digest('base64') });
const remove = (names: readonly string[], quiet = false) =>
  `<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${quiet ? '<Quiet>true</Quiet>' : ''}${names
    .map((name) => `<Object><Key>${name}</Key></Object>`)
    .join('')}</Delete>`;
const list = (id: string, query: string, more: object = {}) => ({
  id,
  method: 'GET',
  path: `/talk-lists?${query}`,
  pick: listed,
  ...more,
});
const many = (id: string, body: string, headers: Record<string, string>) => ({
  id,
  method: 'POST',
  path: '/talk-lists?delete=',
  body,
  headers,
  pick: ['Key'],
});

/** Pages of keys, folders, and many removed at once. */
export const lists: Conversation = {
  name: 'lists',
  turns: [
    { id: 'a bucket', method: 'PUT', path: '/talk-lists', silent: true },
    ...keys.map((key) => ({ id: key, method: 'PUT', path: `/talk-lists/${encodeURI(key)}`, body: key, silent: true })),
    list('all', 'list-type=2'),
    list('below a prefix', 'list-type=2&prefix=b%2F'),
    list('a prefix of none', 'list-type=2&prefix=q'),
    list('folders', 'list-type=2&delimiter=%2F'),
    list('folders below a prefix', 'list-type=2&delimiter=%2F&prefix=b'),
    list('keys encoded', 'list-type=2&prefix=d&encoding-type=url'),
    list('first page', 'list-type=2&max-keys=3', { remember: { token: 'NextContinuationToken' } }),
    list('second page', 'list-type=2&max-keys=3&continuation-token=<token>', {
      remember: { token: 'NextContinuationToken' },
    }),
    list('last page', 'list-type=2&max-keys=3&continuation-token=<token>'),
    list('first page of folders', 'list-type=2&max-keys=2&delimiter=%2F', {
      remember: { folders: 'NextContinuationToken' },
    }),
    list('second page of folders', 'list-type=2&max-keys=2&delimiter=%2F&continuation-token=<folders>'),
    list('behind a key', 'list-type=2&start-after=b%2F2'),
    list('no keys at all', 'list-type=2&max-keys=0'),
    list('more than a page holds', 'list-type=2&max-keys=100000'),
    list('fewer than none', 'list-type=2&max-keys=-1'),
    list('pages that are no number', 'list-type=2&max-keys=x'),
    list('the older list', 'max-keys=3', { remember: { marker: 'NextMarker' } }),
    list('the older list behind a key', 'marker=b%2F3'),
    many('many removed', remove(['a', 'b/1', 'none']), md5(remove(['a', 'b/1', 'none']))),
    many('many removed quietly', remove(['b/2'], true), md5(remove(['b/2'], true))),
    many('many removed without a sum', remove(['b/3']), {}),
    many('many removed with the sum of another body', remove(['c']), md5('else')),
    many('many removed that is no XML', 'nonsense', md5('nonsense')),
    list('what is left', 'list-type=2&prefix=c'),
  ],
};

const versioned = ['Key', 'VersionId', 'IsLatest', 'Size'];
const none = { 'if-none-match': '*' };
const versioning = (status: string) =>
  `<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>${status}</Status></VersioningConfiguration>`;

/** Versions that are kept, and markers of what was removed. */
export const versions: Conversation = {
  name: 'versions',
  turns: [
    { id: 'a bucket', method: 'PUT', path: '/talk-versions', silent: true },
    { id: 'before', method: 'PUT', path: '/talk-versions/old', body: 'before', silent: true },
    { id: 'neither on nor off', method: 'PUT', path: '/talk-versions?versioning=', body: versioning('Perhaps') },
    { id: 'on', method: 'PUT', path: '/talk-versions?versioning=', body: versioning('Enabled') },
    { id: 'is on', method: 'GET', path: '/talk-versions?versioning', pick: ['Status'] },
    { id: 'first', method: 'PUT', path: '/talk-versions/k', body: 'one', remember: { first: 'x-amz-version-id' } },
    { id: 'second', method: 'PUT', path: '/talk-versions/k', body: 'second', remember: { second: 'x-amz-version-id' } },
    { id: 'the newest', method: 'GET', path: '/talk-versions/k', content: true, heads: ['x-amz-version-id'] },
    { id: 'the first', method: 'GET', path: '/talk-versions/k?versionId=<first>', content: true },
    { id: 'one that never was', method: 'GET', path: '/talk-versions/k?versionId=01J00000000000000000000000' },
    { id: 'both', method: 'GET', path: '/talk-versions?versions=&prefix=k', pick: versioned },
    { id: 'from before', method: 'GET', path: '/talk-versions?versions=&prefix=old', pick: versioned },
    {
      id: 'removed',
      method: 'DELETE',
      path: '/talk-versions/k',
      heads: ['x-amz-delete-marker', 'x-amz-version-id'],
      remember: { marker: 'x-amz-version-id' },
    },
    { id: 'got though removed', method: 'GET', path: '/talk-versions/k' },
    { id: 'looked at though removed', method: 'HEAD', path: '/talk-versions/k', heads: ['x-amz-delete-marker'] },
    { id: 'the marker got', method: 'GET', path: '/talk-versions/k?versionId=<marker>' },
    { id: 'not in the list', method: 'GET', path: '/talk-versions?list-type=2', pick: ['Key'] },
    {
      id: 'with its marker',
      method: 'GET',
      path: '/talk-versions?versions=&prefix=k',
      pick: versioned,
      unordered: true,
    },
    { id: 'bucket removed while versions are in it', method: 'DELETE', path: '/talk-versions' },
    {
      id: 'marker removed',
      method: 'DELETE',
      path: '/talk-versions/k?versionId=<marker>',
      heads: ['x-amz-delete-marker', 'x-amz-version-id'],
    },
    { id: 'there again', method: 'GET', path: '/talk-versions/k', content: true },
    {
      id: 'a version removed',
      method: 'DELETE',
      path: '/talk-versions/k?versionId=<second>',
      heads: ['x-amz-version-id'],
    },
    { id: 'the one before is the newest', method: 'GET', path: '/talk-versions/k', content: true },
    { id: 'another', method: 'PUT', path: '/talk-versions/n', body: 'n', silent: true },
    { id: 'the other removed', method: 'DELETE', path: '/talk-versions/n', silent: true },
    { id: 'the other written anew', method: 'PUT', path: '/talk-versions/n', body: 'anew' },
    { id: 'the other is there anew', method: 'GET', path: '/talk-versions/n', content: true },
    { id: 'a third', method: 'PUT', path: '/talk-versions/m', body: 'm', silent: true },
    { id: 'the third removed', method: 'DELETE', path: '/talk-versions/m', silent: true },
    { id: 'off', method: 'PUT', path: '/talk-versions?versioning=', body: versioning('Suspended') },
    { id: 'is off', method: 'GET', path: '/talk-versions?versioning', pick: ['Status'] },
    { id: 'put while off', method: 'PUT', path: '/talk-versions/k', body: 'off', heads: ['x-amz-version-id'] },
    { id: 'put if there is none but a marker', method: 'PUT', path: '/talk-versions/m', body: 'x', headers: none },
  ],
};
