/** lab.json: what a running lab says of itself, to the CLI and to tests (product.md §4). */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of the Sovereign of every lab. */
export const labFqdn = 'omantel.omani.works';
/** Where it is, unless another is chosen. */
export const labLocation = 'fsn1';

export interface LabInfo {
  name: string;
  /** Random; in everything that the lab serves (src/sovereign/lab-mark.ts). */
  id: string;
  /** Path of the lab's sovereign.yaml. */
  spec: string;
  endpoints: Record<LabEndpoint, string>;
  /** Files; that of the Sovereign answers once a control-plane server runs. */
  kubeconfigs: { mother: string; sovereign: string };
  /** By credential name: hcloud-token, s3-access-key, s3-secret-key … */
  credentials: Record<string, string>;
  /** JSON lines of every call (product.md §4). */
  requestLog: string;
  /** PEM file of the lab's own certificate authority. */
  ca: string;
  engine: string;
  startedAt: string;
  /** Of the process that runs it. */
  pid: number;
  /** Where `catalyst lab` talks to it. */
  control: { endpoint: string; token: string };
}

export type LabEndpoint =
  | 'hetzner'
  | 's3'
  | 'mother'
  | 'sovereign'
  | 'dns'
  | 'sovereignDns'
  | 'powerdns'
  | 'git'
  | 'registry'
  | 'ssh'
  | 'resolver'
  | 'internet'
  | 'motherIngress';

const file = (directory: string) => join(directory, 'lab.json');

/** Written whole or not at all: its being there says that the lab is ready. */
export function writeLabInfo(directory: string, info: LabInfo): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const part = `${file(directory)}.${process.pid}`;
  writeFileSync(part, `${JSON.stringify(info, null, 2)}\n`, { mode: 0o600 });
  renameSync(part, file(directory));
}

export function readLabInfo(directory: string): LabInfo | undefined {
  try {
    return JSON.parse(readFileSync(file(directory), 'utf8')) as LabInfo;
  } catch {
    return undefined;
  }
}
