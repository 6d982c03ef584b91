/** One connection to an S3 endpoint, and operations on it that end. */
import type { S3Client } from '@aws-sdk/client-s3';
import { createDialer, type Dialer } from './dialer/dialer.js';
import { through } from './dialer/proxy-refusal.js';
import { type Allowance, createAllowance } from './http/bounded.js';
import { boundedClient } from './s3/bounds.js';
import { storeError } from './s3/errors.js';

export interface S3Access {
  endpoint: string;
  region: string;
  accessKey: string;
  secretKey: string;
  signal?: AbortSignal;
  /** Opens the connections; default: direct ones. */
  dialer?: Dialer;
  /** Of one operation with its retries, in ms; a list has a second more for each page that came. */
  operationMs?: number;
}

export interface S3Operation {
  s3: typeof import('@aws-sdk/client-s3');
  send: S3Client['send'];
  /** What the operation has, all its calls together. */
  time: Allowance;
}

/** Runs one operation and puts its refusal into our words; `what` completes "refused to …". Throws E2301, E2302 and E2303. */
export type RunS3 = <T>(what: string, work: (operation: S3Operation) => Promise<T>) => Promise<T>;

/** All that the SDK would look for in the shell and in ~/.aws: a profile or AWS_USE_… of the person changes nothing here. */
const ownSettings = {
  forcePathStyle: true,
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
  maxAttempts: 4,
  retryMode: 'standard',
  defaultsMode: 'standard',
  useFipsEndpoint: false,
  useDualstackEndpoint: false,
  useArnRegion: false,
  disableMultiregionAccessPoints: true,
  disableS3ExpressSessionAuth: true,
  userAgentAppId: 'catalyst',
} as const;

export function connectS3({ endpoint, region, signal, operationMs, ...options }: S3Access): RunS3 {
  const sdk = import('@aws-sdk/client-s3');
  sdk.catch(() => undefined);
  const { dialer = createDialer({ connectTo: [] }) } = options;
  const agents = dialer.agents();
  let made: S3Client | undefined;
  const connect = async () => {
    const s3 = await sdk;
    const agent = await agents(new URL(endpoint));
    made ??= boundedClient(
      new s3.S3Client({
        endpoint,
        region,
        credentials: { accessKeyId: options.accessKey, secretAccessKey: options.secretKey },
        ...ownSettings,
        requestHandler: { connectionTimeout: 10_000, httpAgent: agent, httpsAgent: agent },
      }),
    );
    return { s3, client: made };
  };
  return async (what, work) => {
    const time = createAllowance(operationMs);
    const deadline = time.whole([signal]);
    try {
      const { s3, client } = await connect();
      const send = ((command: Parameters<S3Client['send']>[0]) =>
        client.send(command, { abortSignal: deadline.signal })) as S3Client['send'];
      return await work({ s3, send, time });
    } catch (error) {
      const url = new URL(endpoint);
      throw storeError(what, endpoint, deadline.explain(error), through(dialer.way(url), url));
    }
  };
}
