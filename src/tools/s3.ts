/** S3 as we use it: path-style, SigV4, no optional checksums (Hetzner's gateway refuses some). */
export interface ObjectStore {
  readonly endpoint: string;
  readonly region: string;
  listBuckets(): Promise<string[]>;
  /** `ours` when it exists and this account owns it, `foreign` on 403, `absent` on 404. */
  bucket(name: string): Promise<'ours' | 'foreign' | 'absent'>;
  createBucket(name: string): Promise<void>;
  deleteBucket(name: string): Promise<void>;
  setVersioning(name: string, on: boolean): Promise<void>;
  put(bucket: string, key: string, body: string | Uint8Array, contentType?: string): Promise<void>;
  get(bucket: string, key: string): Promise<Uint8Array | undefined>;
  delete(bucket: string, key: string): Promise<void>;
  list(bucket: string, prefix?: string): Promise<{ key: string; size: number; modified: string }[]>;
}
