/** Whose a name is: who answers behind a Service of the cluster or a public host of the Sovereign, and who makes a Secret. */
import type { Blueprint } from '../catalog/blueprint.js';
import type { Placed } from '../lint/placed.js';

export interface Owners {
  /** Everything that starts: Blueprints, and databases as `Cluster gitea/gitea-pg`. */
  nodes: readonly string[];
  /** By `namespace/name` of a Service. */
  services: ReadonlyMap<string, string>;
  /** By public host. */
  hosts: ReadonlyMap<string, string>;
  /** By `namespace/name`: Secrets that a program needs from whoever makes them. */
  secrets: ReadonlyMap<string, SecretMaker>;
}

export interface SecretMaker {
  node: string;
  /** The Secret is where its maker is, and a program that reads it calls that maker: a database. */
  isCalled: boolean;
}

/** A database is a node of its own: it runs beside the program that has it, and starts before. */
export const databaseOf = ({ object: { apiVersion, kind, metadata } }: Placed): string | undefined =>
  kind === 'Cluster' && apiVersion.startsWith('postgresql.cnpg.io/')
    ? `Cluster ${metadata.namespace}/${metadata.name}`
    : undefined;

/** @param placed objects of the tree, as they are */
export function ownersOf(placed: readonly Placed[], blueprints: readonly Blueprint[], fqdn: string): Owners {
  const databases = placed.filter((one) => databaseOf(one) !== undefined);
  const services = blueprints.flatMap((blueprint) =>
    [blueprint, ...blueprint.releases].flatMap((part) =>
      part.services.map(({ namespace, name }) => [`${namespace}/${name}`, blueprint.name as string] as const),
    ),
  );
  const inTree = placed
    .filter(({ object }) => object.kind === 'Service')
    .map(({ blueprint, object: { metadata } }) => [`${metadata.namespace}/${metadata.name}`, blueprint] as const);
  const ofDatabases = databases.flatMap((one) => {
    const { namespace, name } = one.object.metadata;
    return ['rw', 'ro', 'r'].map((role) => [`${namespace}/${name}-${role}`, databaseOf(one)!] as const);
  });
  const hosts = blueprints.flatMap(({ name, hosts: own }) => own.map((host) => [`${host}.${fqdn}`, name] as const));
  return {
    nodes: [...blueprints.map(({ name }) => name), ...databases.map((one) => databaseOf(one)!)],
    services: new Map([...services, ...inTree, ...ofDatabases]),
    hosts: new Map(hosts),
    secrets: new Map([...ofExternalSecrets(placed), ...ofMakers(blueprints), ...ofLogins(databases)]),
  };
}

type Made = readonly [string, SecretMaker];

/** The login that CloudNativePG writes beside each database: whoever reads it calls that database. */
const ofLogins = (databases: readonly Placed[]): Made[] =>
  databases.map((one) => {
    const { namespace, name } = one.object.metadata;
    return [`${namespace}/${name}-app`, { node: databaseOf(one)!, isCalled: true }];
  });

const ofMakers = (blueprints: readonly Blueprint[]): Made[] =>
  blueprints.flatMap(({ secrets }) =>
    secrets
      .filter(({ maker }) => blueprints.some(({ name }) => name === maker))
      .map(({ namespace, name, maker }): Made => [`${namespace}/${name}`, { node: maker, isCalled: false }]),
  );

/** They are in etcd once they were made. */
const ofExternalSecrets = (placed: readonly Placed[]): Made[] =>
  placed
    .filter(({ object }) => object.kind === 'ExternalSecret')
    .map(({ object: { metadata, spec } }): Made => {
      const name = spec?.target?.name ?? metadata.name;
      return [`${metadata.namespace}/${name}`, { node: 'bp-external-secrets', isCalled: false }];
    });
