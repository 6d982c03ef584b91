/** The rendered tree (tickets.md §4): a pure function of the spec and the Blueprints. */
import type { KubeObject } from '../../kubernetes/client/kube.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { fail } from '../../support/errors/errors.js';
import { sha256 } from '../../support/hash.js';
import { toYaml, toYamlStream } from '../../support/yaml/write-yaml.js';
import type { Blueprint } from '../catalog/blueprint.js';
import { checkOverrides } from '../catalog/catalog.js';
import { switchImages } from '../catalog/images/image-switch.js';
import { namespacesIn, pullAccounts, pullsWith, withPullSecrets } from '../catalog/images/pull-secrets.js';
import { allReleases, helmReleaseOf, sourcesOf } from '../catalog/releases.js';
import { chartServer } from '../charts/chart-server.js';
import { fluxFolder } from './flux-folder.js';
import { replaceable } from './in-place.js';
import { isMap } from './merge.js';
import { substitute } from './substitute.js';
import { type Variables, variablesOf } from './variables.js';

export interface RenderedFile {
  path: string;
  text: string;
  objects: KubeObject[];
}

export interface RenderedFolder {
  /** `clusters/<fqdn>/<bp>` or `clusters/<fqdn>/<bp>-config`. */
  path: string;
  files: RenderedFile[];
}

export interface RenderedTree {
  folders: RenderedFolder[];
  /** sha256 over all paths and bytes. */
  hash: string;
  /** Folder of a Blueprint's release (`bp-harbor`) or its glue (`bp-harbor-config`); undefined when it has none. */
  folder(name: string): RenderedFolder | undefined;
}

/**
 * Renders clusters/<fqdn>. Same spec, same bytes; nothing is read from the world. Throws E3202 when a variable does not
 * exist or does not fit, or an override names a Blueprint that is not one of the 24.
 */
export function renderTree(sovereign: Sovereign, given: readonly Blueprint[]): RenderedTree {
  const blueprints = withPullSecrets(given, sovereign);
  checkOverrides(sovereign);
  const variables = variablesOf(sovereign);
  const root = `clusters/${sovereign.spec.fqdn}`;
  const folders: RenderedFolder[] = [];
  for (const blueprint of blueprints) {
    folders.push({ path: `${root}/${blueprint.name}`, files: releaseFiles(blueprint, sovereign, variables) });
    const glue = plainFiles(blueprint, 'config', sovereign, variables);
    if (glue.length > 0) folders.push({ path: `${root}/${blueprint.name}-config`, files: glue });
  }
  const kustomizations = fluxFolder(sovereign, blueprints, folders).map((file) => renderFile(file.path, file.objects));
  folders.unshift({ path: `${root}/flux-system`, files: kustomizations });
  for (const folder of folders) for (const file of folder.files) file.path = `${folder.path}/${file.path}`;
  const hash = sha256(folders.flatMap((folder) => folder.files.map((f) => `${f.path}\0${f.text}\0`)).join(''));
  return { folders, hash, folder: (name) => folders.find((folder) => folder.path === `${root}/${name}`) };
}

/** The Namespaces that the releases of a Blueprint go to; those that Kubernetes or Flux brings are left out. */
export function namespacesOf(blueprint: Blueprint): KubeObject[] {
  return namespacesIn(blueprint).map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: {
        'app.kubernetes.io/part-of': 'catalyst',
        ...(name === blueprint.namespace ? blueprint.namespaceLabels : {}),
      },
    },
  }));
}

function releaseFiles(blueprint: Blueprint, sovereign: Sovereign, variables: Variables): RenderedFile[] {
  const known = allReleases(blueprint, sovereign, variables);
  const { repositories, nameOf } = sourcesOf(blueprint, known, sovereign);
  const releases = blueprint.perOrganization ? [] : known;
  const namespaces = namespacesOf(blueprint);
  const accounts = pullAccounts(blueprint);
  const served = releases.flatMap(({ chart, images }) =>
    chartServer(blueprint, chart).map((object) => switchImages(object, images)),
  );
  return [
    ...(namespaces.length > 0 ? [renderFile('namespace.yaml', namespaces)] : []),
    ...(accounts.length > 0 ? [renderFile('accounts.yaml', accounts)] : []),
    renderFile('source.yaml', repositories),
    ...(served.length > 0 ? [renderFile('chart.yaml', served)] : []),
    ...releases.map((release, index) =>
      renderFile(`release-${release.releaseName}.yaml`, [
        helmReleaseOf(release, nameOf(release), releases.slice(0, index)),
      ]),
    ),
    ...plainFiles(blueprint, 'release', sovereign, variables),
  ];
}

function plainFiles(
  blueprint: Blueprint,
  part: 'release' | 'config',
  sovereign: Sovereign,
  variables: Variables,
): RenderedFile[] {
  const images = sovereign.spec.blueprints[blueprint.name]?.images ?? {};
  const adapted = (object: KubeObject) => pullsWith(replaceable(switchImages(object, images)), sovereign);
  return Object.entries(blueprint.documents[part]).map(([file, objects]) => {
    const where = `${blueprint.name}/${part}/${file}`;
    return renderFile(
      file,
      objects.map((object) => adapted(serializeData(checkObject(substitute(object, variables, { where }), where)))),
    );
  });
}

function checkObject(object: KubeObject, where: string): KubeObject {
  if (typeof object?.apiVersion === 'string' && typeof object.kind === 'string' && object.metadata?.name) return object;
  throw fail('E3202', `${where} contains a document that is not a Kubernetes object.`);
}

/** A ConfigMap may carry structured data: written as JSON or YAML by the name of its key, so values in it stay data. */
function serializeData(object: KubeObject): KubeObject {
  if (object.kind !== 'ConfigMap' || !isMap(object['data'])) return object;
  const data = Object.entries(object['data']).map(([key, value]) => [key, isMap(value) ? textOf(key, value) : value]);
  return { ...object, data: Object.fromEntries(data) };
}

function textOf(key: string, value: unknown): string {
  return key.endsWith('.json') ? `${JSON.stringify(value, null, 2)}\n` : toYaml(value);
}

function renderFile(path: string, objects: KubeObject[]): RenderedFile {
  return { path, objects, text: toYamlStream(objects) };
}
