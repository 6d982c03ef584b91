import { lookAtStorage } from './looks.js';
import type { Question } from './question.js';

/** Object Storage. */
export const storageQuestions: readonly Question[] = [
  {
    id: 'object-storage-location',
    kind: 'choice',
    message: 'Location of the Object Storage',
    short: 'Object Storage location',
    help: 'Object Storage location, also the S3 region',
    variable: 'CATALYST_OBJECT_STORAGE_LOCATION',
    path: 'spec.objectStorage.location',
    initial: ({ location }) => (['fsn1', 'nbg1', 'hel1'].includes(location ?? '') ? location : 'fsn1'),
    choices: async () => ['fsn1', 'nbg1', 'hel1'].map((value) => ({ value, name: value })),
  },
  {
    id: 'bucket-prefix',
    kind: 'text',
    message: 'Prefix of the bucket names (bucket names are shared by all Hetzner customers)',
    help: 'buckets are named <prefix>-<consumer>',
    variable: 'CATALYST_BUCKET_PREFIX',
    path: 'spec.objectStorage.bucketPrefix',
    initial: ({ name }) => (name ? `catalyst-${name}`.slice(0, 40) : undefined),
    check: (answer) =>
      /^[a-z0-9][a-z0-9-]{1,38}[a-z0-9]$/.test(answer) || 'Lower-case letters, digits and dashes; 3 to 40 of them.',
  },
  {
    id: 's3-access-key',
    kind: 'secret',
    message: 'Object Storage access key (Console: Object Storage, Credentials; the API cannot create one)',
    short: 'Object Storage access key',
    help: 'Object Storage access key',
    variable: 'AWS_ACCESS_KEY_ID',
    check: (answer) => answer.length > 0 || 'A key is needed.',
  },
  {
    id: 's3-secret-key',
    kind: 'secret',
    message: 'Object Storage secret key',
    help: 'Object Storage secret key',
    variable: 'AWS_SECRET_ACCESS_KEY',
    check: (answer) => answer.length > 0 || 'A key is needed.',
    pairedWith: 's3-access-key',
    look: lookAtStorage,
  },
];
