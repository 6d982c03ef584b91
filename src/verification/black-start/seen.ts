/** What D23 observed, raw: its answer follows from this alone, offline too. */
import type { Grade } from '../../scans/grade.js';
import type { Allowed } from '../experiment/egress/allow-list.js';
import type { CanaryLook } from '../experiment/egress/canaries.js';
import type { Change } from '../experiment/mother/audit.js';

/** What a lab runs on, as its mark says; `none` where it is no lab. */
export type Engine = 'none' | 'emulated' | 'kubernetes' | 'kubeconfig';

export type How = 'done' | 'emulated' | 'not in this world' | 'not denied';

/** What a black start consists of, and how far this world has it. */
export function classesOf(engine: Engine): Readonly<Record<string, How>> {
  const inLab = (how: How) => (engine === 'none' ? 'done' : how);
  return {
    'servers off and on': inLab('emulated'),
    'API server, etcd and controllers': engine === 'kubernetes' ? 'done' : inLab('emulated'),
    'kubelets, containers and volumes': inLab('emulated'),
    'traffic of Pods to the outside': inLab('emulated'),
    'pulls by the nodes themselves': engine === 'none' ? 'not denied' : 'not in this world',
  };
}

/** Of the nodes, by name. */
export interface NodeBoots {
  /** Id of the kernel's boot before the servers were off. */
  before: string;
  /** Left out where the node was not seen Ready again. */
  after?: string;
}

export interface PodsSeen {
  /** That are to run. */
  total: number;
  /** By `namespace/name`: not Ready, and why. */
  notReady: string[];
  /** Whose containers ran on, as if nothing had happened. */
  ranOn: string[];
}

export interface SealStatus {
  /** `static`, `transit`: opens without a person; `shamir`: people unseal it. */
  type: string;
  initialized: boolean;
  sealed: boolean;
}

export interface OffSeen {
  /** Milliseconds since 1970: all off, and the first one powered on. */
  from: number;
  to: number;
  /** Status at Hetzner, by name, when all were to be off. */
  servers: Record<string, string>;
  /** What answered meanwhile. */
  answered: string[];
}

export interface BlockSeen {
  /** At which it denied; the list of that grade was let out. */
  grade: Grade;
  /** That must not be reached while it is active. */
  hosts: string[];
  allowed: Allowed[];
  before: CanaryLook;
  during: CanaryLook;
  afterStart?: CanaryLook;
  after?: CanaryLook;
}

export interface BlackStartSeen {
  engine: Engine;
  /** False where nobody asked for it, outside of labs. */
  asked: boolean;
  /** Why nothing was powered off, where nothing was. */
  none?: string;
  /** Waves by the hard needs of the rendered tree; computed before. */
  order?: { waves: string[][]; cycles: string[] };
  offMs: number;
  recoverMs: number;
  block?: BlockSeen;
  off?: OffSeen;
  nodes: Record<string, NodeBoots>;
  /** When everything was there again, in milliseconds since 1970. */
  recoveredAt?: number;
  /** What was missing when the time was over. */
  pending?: string;
  pods?: PodsSeen;
  seal?: SealStatus;
  /** Why that could not be read. */
  unreadSeal?: string;
  /** CloudNativePG Clusters: their replicas that are ready and wanted. */
  databases: { name: string; ready: number; wanted: number }[];
  /** What each probe of the Sovereign saw at the end; empty where it is green. */
  probes: Record<string, string>;
  /** What the reconcile of everything came to. */
  reconciled?: string;
  /** Who else wrote to the Sovereign from the power-off on; left out where that could not be read. */
  audit?: Change[];
  /** What else went wrong. */
  problems: string[];
}
