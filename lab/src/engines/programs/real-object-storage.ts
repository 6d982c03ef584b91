/** A real S3 server behind a proxy of ours, with the lab's accounts on it; its own administrator is nobody's account. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from 'catalyst/support/clock.js';
import { request as send } from 'undici';
import type { Faults } from '../../requests/faults.js';
import { type LabServer, serve } from '../../requests/http-server.js';
import type { RequestLog } from '../../requests/request-log.js';
import { bucketOrObject } from '../../servers/s3/object-of.js';
import { type Account, signS3 } from '../../servers/s3/signature.js';
import type { Engines } from '../build/cache.js';
import { createChildren } from '../children.js';
import { answering } from '../forwarder.js';
import { freePorts } from '../free-ports.js';
import { createLifecycles } from './object-storage-lifecycles.js';

export interface RealObjectStorageOptions {
  directory: string;
  engines: Pick<Engines, 'program'>;
  region: string;
  /** Who has keys now; what is made and revoked later counts with the next call. Owners are those of the start. */
  accounts: readonly Account[];
  log: RequestLog;
  faults: Faults;
  clock: Clock;
  say: (text: string) => void;
}

/** Its accounts may make buckets and see only their own. */
export async function startRealObjectStorage(options: RealObjectStorageOptions): Promise<LabServer> {
  const { directory, engines, region, accounts, log, faults, clock, say } = options;
  const [port = 0] = await freePorts(1);
  const upstream = `http://127.0.0.1:${port}`;
  const root: Account = { name: 'root', accessKey: 'root', secretKey: randomBytes(20).toString('hex') };
  const folder = (name: string) => {
    mkdirSync(join(directory, 's3', name), { recursive: true, mode: 0o700 });
    return join(directory, 's3', name);
  };
  const children = createChildren({ directory, clock, say });
  children.start('versitygw', {
    file: engines.program('versitygw'),
    args: [
      // without accounts of its own it answers 404 to an unknown key, without a folder for versions 501 to versioning
      ...['--iam-dir', folder('iam'), '--quiet', '--port', `127.0.0.1:${port}`, '--region', region],
      // what is known of an object is kept in extended attributes, which the file system must have: kept beside them
      // (--sidecar), a key written anew after its removal stays removed
      ...['posix', '--versioning-dir', folder('versions'), folder('data')],
    ],
    env: { ROOT_ACCESS_KEY: root.accessKey, ROOT_SECRET_KEY: root.secretKey },
  });
  await answering(upstream, [403], clock);
  const first = new Map(accounts.map((account) => [account.name, account]));
  for (const account of first.values()) await createAccount(upstream, region, root, account, clock);
  const answer = createLifecycles({ upstream, region, accounts, first, now: () => clock.now() });
  const proxy = await serve({
    name: 's3',
    log,
    faults,
    clock,
    handler: async (call) => {
      return { ...(await answer(call)), log: { object: bucketOrObject(call) } };
    },
  });
  return {
    ...proxy,
    async close() {
      await proxy.close();
      await children.stop();
    },
  };
}

/** versitygw's administration: `userplus` may make buckets, `user` may not. */
async function createAccount(upstream: string, region: string, root: Account, account: Account, clock: Clock) {
  const body = `<Account><Access>${account.accessKey}</Access><Secret>${account.secretKey}</Secret><Role>userplus</Role></Account>`;
  const { headers } = await signS3(
    { method: 'PATCH', url: new URL(`${upstream}/create-user`), headers: { 'content-type': 'application/xml' }, body },
    { account: root, region, at: clock.now() },
  );
  const answer = await send(`${upstream}/create-user`, { method: 'PATCH', headers, body });
  const text = await answer.body.text();
  if (answer.statusCode !== 201)
    throw new Error(`the S3 server answered ${answer.statusCode} to a new account: ${text}`);
}
