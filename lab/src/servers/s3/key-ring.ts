/** Key pairs of the Object Storage as Hetzner's Console manages them: a person makes and revokes them there, no API does. */
import { randomBytes } from 'node:crypto';
import type { Account } from './signature.js';

export interface KeyRequest {
  /** `stranger`: of another project, whose buckets are not ours. */
  owner?: 'lab' | 'stranger';
  /** Lists and reads; every write is denied, as a bucket policy does it. */
  readOnly?: boolean;
}

export interface KeyRing {
  /** Without secret keys, which are shown once, when they are made. */
  list(): Omit<Account, 'secretKey'>[];
  make(request?: KeyRequest): Account;
  /** False when there is no such pair. */
  revoke(accessKey: string): boolean;
}

/** Over the accounts that the server looks signatures up in: what is made counts with the next call, what is revoked as well. */
export function createKeyRing(accounts: Account[]): KeyRing {
  const hex = (bytes: number) => randomBytes(bytes).toString('hex');
  return {
    list: () => accounts.map(({ secretKey: _, ...shown }) => shown),
    make({ owner = 'lab', readOnly = false } = {}) {
      const account: Account = {
        accessKey: `LAB${hex(9).toUpperCase()}`,
        secretKey: hex(20),
        name: owner,
        ...(readOnly ? { readOnly } : {}),
      };
      accounts.push(account);
      return account;
    },
    revoke(accessKey) {
      const at = accounts.findIndex((one) => one.accessKey === accessKey);
      if (at >= 0) accounts.splice(at, 1);
      return at >= 0;
    },
  };
}
