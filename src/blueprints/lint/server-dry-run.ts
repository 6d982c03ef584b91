/**
 * The whole tree shown to an API server by server-side apply with dryRun=All: defaults, schemas and admission are its own,
 * and nothing is stored. Objects that this server cannot judge are named, not passed over.
 */
import type { Kube, KubeObject } from '../../kubernetes/client/kube.js';
import { resourcesIn } from '../../kubernetes/client/kube-paths.js';
import { messageOf } from '../../support/errors/errors.js';
import type { Blueprint } from '../catalog/blueprint.js';
import type { RenderedTree } from '../render/render.js';
import type { Finding } from './finding.js';
import { nameOf, type Placed, placedObjects } from './placed.js';

export interface DryRunRow {
  blueprint: string;
  object: string;
  /**
   * `accepted`; `accepted-elsewhere`: its namespace is not there, so it was shown in `default` instead; `no-kind`: the server
   * does not serve its kind; `protected`: not sent, its namespace is not to be touched; `refused` with the server's words.
   */
  state: 'accepted' | 'accepted-elsewhere' | 'no-kind' | 'protected' | 'refused';
  message?: string;
}

export type ServerDryRun = (
  tree: RenderedTree,
  blueprints: readonly Blueprint[],
  wanted: (one: { blueprint: string }) => boolean,
) => Promise<{ rows: DryRunRow[]; findings: Finding[] }>;

export interface DryRunServer {
  kube: Pick<Kube, 'tryApply' | 'list' | 'raw'>;
  /** True for a namespace that nothing may be sent to, not even a dry-run. */
  isProtected(namespace: string): boolean;
}

const spareNamespace = 'default';

export function createServerDryRun({ kube, isProtected }: DryRunServer): ServerDryRun {
  const show = (objects: readonly KubeObject[]) => kube.tryApply(objects, { forceConflicts: true });
  return async (tree, blueprints, wanted) => {
    const placed = placedObjects(tree, blueprints).filter(wanted);
    const namespaces = new Set(
      (await kube.list({ apiVersion: 'v1', kind: 'Namespace' })).map(({ metadata }) => metadata.name),
    );
    const serves = kindsOf(kube);
    const rows = new Map<Placed, DryRunRow>();
    const tell = (one: Placed, state: DryRunRow['state'], message?: string) =>
      rows.set(one, { blueprint: one.blueprint, object: nameOf(one.object), state, ...(message ? { message } : {}) });
    const toShow: { one: Placed; object: KubeObject; moved: boolean }[] = [];
    for (const one of placed) {
      const { object } = one;
      const space = object.kind === 'Namespace' ? object.metadata.name : object.metadata.namespace;
      if (space !== undefined && isProtected(space)) tell(one, 'protected', `namespace ${space} is protected`);
      else if (!(await serves(object))) tell(one, 'no-kind', `${object.kind} of ${object.apiVersion} is not served`);
      else {
        const moved = object.metadata.namespace !== undefined && !namespaces.has(object.metadata.namespace);
        toShow.push({ one, moved, object: moved ? inSpare(object) : object });
      }
    }
    for (const folder of grouped(toShow)) {
      // one process for a folder; only a folder that is refused is shown object by object, to learn which
      const whole = await show(folder.map(({ object }) => object)).then(
        () => true,
        () => false,
      );
      for (const { one, object, moved } of folder) {
        const said = whole ? undefined : await show([object]).then(() => undefined, messageOf);
        if (said === undefined) tell(one, moved ? 'accepted-elsewhere' : 'accepted');
        else tell(one, 'refused', said);
      }
    }
    const ordered = placed.map((one) => [one, rows.get(one)!] as const);
    return {
      rows: ordered.map(([, row]) => row),
      findings: ordered.flatMap(([one, row]) => findingOf(one, row, blueprints)),
    };
  };
}

/** Asks once for each group and version. */
function kindsOf(kube: Pick<Kube, 'raw'>): (object: KubeObject) => Promise<boolean> {
  const known = new Map<string, Promise<readonly string[]>>();
  const kinds = async (apiVersion: string): Promise<readonly string[]> => {
    const answer = await kube.raw(apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`);
    return answer.status === 200 ? resourcesIn(answer).map(({ kind }) => kind) : [];
  };
  return async ({ apiVersion, kind }) => {
    if (!known.has(apiVersion)) known.set(apiVersion, kinds(apiVersion));
    return (await known.get(apiVersion)!).includes(kind);
  };
}

const inSpare = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, namespace: spareNamespace },
});

/** By file's folder; two objects that would bear one name in the spare namespace are not shown together. */
function grouped<T extends { one: Placed; object: KubeObject }>(all: readonly T[]): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of all) {
    const folder = item.one.file.slice(0, item.one.file.lastIndexOf('/'));
    let key = folder;
    while (groups.get(key)?.some(({ object }) => nameOf(object) === nameOf(item.object))) key += '+';
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups.values()];
}

function findingOf({ blueprint, file, object }: Placed, row: DryRunRow, blueprints: readonly Blueprint[]): Finding[] {
  if (row.state === 'refused') {
    const message = `The server refused ${row.object}: ${row.message}`;
    return [{ blueprint, rule: 'server', severity: 'error', path: file, message, remedy: 'Correct the object' }];
  }
  if (row.state !== 'no-kind') return [];
  const [group] = object.apiVersion.split('/');
  const maker = blueprints.find((one) =>
    [...one.crdShapes, ...one.releases.flatMap((release) => release.crdShapes)].some(
      (crd) => crd.kind === object.kind && crd.name.endsWith(`.${group}`),
    ),
  );
  const message = `${row.object} could not be checked: ${row.message}`;
  const remedy = maker
    ? `${maker.name} installs its CRD; check again once that is installed`
    : 'Use a server that serves it';
  return [{ blueprint, rule: 'server-kind', severity: 'warning', path: file, message, remedy }];
}
