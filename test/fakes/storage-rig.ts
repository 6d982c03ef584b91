/** The lab's Object Storage in this process, with two projects' keys; everything asked of it is kept in `lines`. */
import { createFaults, type Faults } from '../../lab/src/requests/faults.js';
import { createRequestLog, type LoggedLine, type RequestLog } from '../../lab/src/requests/request-log.js';
import { type S3Server, startS3 } from '../../lab/src/servers/s3/server.js';
import { createObjectStore, type ObjectStore, type ObjectStoreWriter } from '../../src/tools/s3/s3.js';

export const ours = { accessKey: 'OURKEY', secretKey: 'our-secret', name: 'ours' };
export const strangers = { accessKey: 'THEIRKEY', secretKey: 'their-secret', name: 'stranger' };

export interface StorageRig {
  s3: S3Server;
  faults: Faults;
  log: RequestLog;
  lines: LoggedLine[];
  store(keys?: { accessKey: string; secretKey: string }): ObjectStore & ObjectStoreWriter;
}

export async function startStorage(): Promise<StorageRig> {
  const faults = createFaults();
  const lines: LoggedLine[] = [];
  const log = createRequestLog();
  log.listen((line) => lines.push(line));
  const s3 = await startS3({ log, faults, region: 'fsn1', accounts: [ours, strangers] });
  const { signal } = new AbortController();
  const store: StorageRig['store'] = ({ accessKey, secretKey } = ours) =>
    createObjectStore({ endpoint: s3.endpoint, region: 'fsn1', signal, accessKey, secretKey });
  return { s3, faults, log, lines, store };
}
