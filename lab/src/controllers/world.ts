/** What emulated controllers and components know of the lab around the cluster; lab/src/lab.ts fills it in. */
import type { Blueprint } from 'catalyst/blueprints/catalog/blueprint.js';
import type { UpstreamCrds } from '../clusters/cluster-api.js';
import type { Component } from '../components/component.js';
import type { ImagePulls } from '../images/pulls.js';
import type { Arrival } from '../internet/internet.js';
import type { Claims } from '../servers/mother/claims.js';
import type { Zones } from '../servers/zones.js';

export interface CertificateAuthority {
  /** PEM of the lab's own root. */
  certificate: string;
  /** PKCS#8 PEM. */
  key: string;
}

export interface ObjectStorage {
  endpoint: string;
  region: string;
  accessKey: string;
  secretKey: string;
}

export interface LabNode {
  name: string;
  /** Private address. */
  address: string;
  /** Public address. */
  publicAddress?: string;
  role: 'control-plane' | 'worker';
  /** Since when its machine has been off or has been booting (ms); undefined while it runs. */
  offSince?: number;
  /** When it was last booted again (ms); left out until then. */
  bootedAt?: number;
  /** The kernel's, another one after each boot; left out where nobody boots it. */
  bootId?: string;
}

/** The world outside a cluster, as its nodes see it. */
export interface Outside {
  /** IPv4 addresses of a name, as the DNS gives them. */
  resolve(name: string): Promise<string[]>;
  /** What a connection from a node to that address meets. */
  arrive(address: string, port: number): Arrival;
}

export interface ResourceRecords {
  name: string;
  type: string;
  ttl: number;
  values: string[];
}

/** The DNS servers that the lab emulates on the Sovereign's node addresses. */
export interface SovereignDns {
  /** The Sovereign's name servers answer for a zone (or for none any more, `undefined`). */
  setZone(zone: string, records: ResourceRecords[] | undefined): Promise<void>;
  /** What they answer from; its PowerDNS API changes it. */
  zones?: Zones;
  /** The program on that loopback port answers from now on, and not these zones; undefined: it is gone. */
  answeredBy?(port: number | undefined): void;
  /** Whose name servers the parent's servers refer to for a zone, now. */
  authority(zone: string): Promise<'sovereign' | 'mother' | undefined>;
}

export interface LabWorld {
  /** Which images its nodes can pull; left out: every one. */
  pulls?: ImagePulls;
  /** CRDs that pods make at runtime are known from here. */
  blueprints: readonly Blueprint[];
  /** True definitions of these, where the cluster's engine has them. */
  upstreamCrds?: UpstreamCrds;
  /** `sovereign`, or `mother`: which cluster this is. */
  role: 'sovereign' | 'mother';
  fqdn: string;
  objectStorage?: ObjectStorage;
  /** Where api.hetzner.cloud is, with /v1; a cluster whose Pods cannot reach it has none. */
  cloud?: () => string;
  authority: CertificateAuthority;
  /** PEM of a further root that everybody here trusts: the one of the ACME authority around this lab. */
  acmeRoot?: string;
  /** `127.0.0.1:PORT` of the resolver that stands for the public ones. */
  resolver?: string;
  /** Absolute path of the helm binary; Flux's helm-controller renders charts with it. */
  helm?: () => Promise<string>;
  /** Absolute path of the kubectl binary, for scripts of Jobs that call it. */
  kubectl?: () => Promise<string>;
  /** Folder for chart archives, rendered manifests and git checkouts. */
  cacheDir: string;
  nodes(): LabNode[];
  /** Whether too few control planes run for the API to answer: then nobody acts in the cluster. Left out: never. */
  isDown?: () => boolean;
  /** Why a program on that node does not get through to the Kubernetes API by that address; left out: everybody always does. */
  whyNoApi?: (from: LabNode, host: string, port: number) => Promise<string | undefined>;
  dns?: SovereignDns;
  outside?: Outside;
  /** Files on the mother's claims, which its Jobs read. */
  claims?: Claims;
  /** Further components behind Services (the mother's catalyst-api, its demo pages), asked before the lab's own. */
  components?: readonly Component[];
}
