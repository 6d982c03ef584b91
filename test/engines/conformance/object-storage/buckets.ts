import type { Conversation } from './conversation.js';

const location = (name: string) =>
  `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>${name}</LocationConstraint></CreateBucketConfiguration>`;

/** Who may make, see and remove a bucket. */
export const buckets: Conversation = {
  name: 'buckets',
  turns: [
    { id: 'none yet', method: 'GET', path: '/', pick: ['Name'] },
    { id: 'a name with capitals', method: 'PUT', path: '/Bad_Name' },
    { id: 'a name too short', method: 'PUT', path: '/ab' },
    { id: 'a name that looks like an address', method: 'PUT', path: '/192.168.1.1' },
    { id: 'made', method: 'PUT', path: '/talk-one', heads: ['location'] },
    { id: 'made again', method: 'PUT', path: '/talk-one' },
    { id: 'made by another', method: 'PUT', path: '/talk-one', as: 'stranger' },
    { id: 'made in its region', method: 'PUT', path: '/talk-two', body: location('fsn1') },
    { id: 'made in another region', method: 'PUT', path: '/talk-three', body: location('hel1') },
    { id: 'of another', method: 'PUT', path: '/talk-foreign', as: 'stranger' },
    { id: 'one sees his own', method: 'GET', path: '/', pick: ['Name'] },
    { id: 'is there', method: 'HEAD', path: '/talk-one' },
    { id: 'is foreign', method: 'HEAD', path: '/talk-foreign' },
    { id: 'is not there', method: 'HEAD', path: '/talk-nowhere' },
    { id: 'where it is', method: 'GET', path: '/talk-one?location', pick: ['LocationConstraint'] },
    { id: 'nothing in it', method: 'GET', path: '/talk-one?list-type=2', pick: ['KeyCount', 'IsTruncated', 'MaxKeys'] },
    { id: 'list of a foreign one', method: 'GET', path: '/talk-foreign?list-type=2' },
    { id: 'list of one that is not there', method: 'GET', path: '/talk-nowhere?list-type=2' },
    { id: 'object into one that is not there', method: 'PUT', path: '/talk-nowhere/k', body: 'x' },
    { id: 'object into a foreign one', method: 'PUT', path: '/talk-foreign/k', body: 'x' },
    { id: 'object out of a foreign one', method: 'GET', path: '/talk-foreign/k' },
    { id: 'object out of one that is not there', method: 'GET', path: '/talk-nowhere/k' },
    { id: 'never versioned', method: 'GET', path: '/talk-one?versioning', pick: ['Status'] },
    ...['policy', 'cors', 'object-lock', 'tagging', 'lifecycle'].map((what) => ({
      id: `no ${what}`,
      method: 'GET',
      path: `/talk-one?${what}`,
    })),
    { id: 'something', method: 'PUT', path: '/talk-one/k', body: 'x', silent: true },
    { id: 'removed while full', method: 'DELETE', path: '/talk-one' },
    { id: 'removed by another', method: 'DELETE', path: '/talk-two', as: 'stranger' },
    { id: 'removed', method: 'DELETE', path: '/talk-two' },
    { id: 'removed again', method: 'DELETE', path: '/talk-two' },
    { id: 'made by another once it is gone', method: 'PUT', path: '/talk-two', as: 'stranger' },
  ],
};

/** Whose signature is taken. */
export const keys: Conversation = {
  name: 'keys',
  turns: [
    { id: 'a bucket', method: 'PUT', path: '/talk-keys', silent: true },
    ...(['nobody', 'wrong secret', 'no signature'] as const).map((as) => ({
      id: as,
      method: 'GET',
      path: '/talk-keys?list-type=2',
      as,
    })),
    { id: 'list of buckets without a signature', method: 'GET', path: '/', as: 'no signature' },
    { id: 'another region', method: 'GET', path: '/talk-keys?list-type=2', region: 'us-east-1' },
    { id: 'a clock an hour ahead', method: 'GET', path: '/talk-keys?list-type=2', skewMs: 3_600_000 },
    { id: 'a clock an hour behind', method: 'GET', path: '/talk-keys?list-type=2', skewMs: -3_600_000 },
    { id: 'a clock five minutes behind', method: 'GET', path: '/talk-keys?list-type=2', skewMs: -300_000 },
    { id: 'another body than signed', method: 'PUT', path: '/talk-keys/k', body: 'signed', tampered: 'other!' },
    {
      id: 'no such form of signature',
      method: 'GET',
      path: '/talk-keys?list-type=2',
      as: 'no signature',
      headers: { authorization: 'Bearer something' },
    },
  ],
};
