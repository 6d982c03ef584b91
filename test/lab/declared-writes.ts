/** What the changes of a journal say that they write, as places that the writes of the lab's servers must fill. Pure. */
import type { JournalEntry } from '../../src/engine/journal-entry.js';
import type { Target } from '../../src/engine/mutation.js';
import type { KubeObject } from '../../src/kubernetes/client/kube.js';
import type { Place } from './attribution.js';
import type { ReleasedObjects } from './helm-releases.js';
import { pluralOf } from './seen-writes.js';

type Shape = Partial<Omit<Place, 'object' | 'from' | 'to' | 'told'>> & Pick<Place, 'object'>;

interface Change {
  target: Target;
  sentence: string;
  run: string;
}

/** By `namespace/name` of the release. */
type Releases = ReadonlyMap<string, ReleasedObjects>;

const probes = 'catalyst-probes';
/** Roles and their bindings stand in both namespaces that the Job works in. */
const egressJob = [
  `clusterrolebindings catalyst-egress-block`,
  `clusterroles catalyst-egress-block`,
  `rolebindings kube-system/catalyst-egress-block`,
  `roles kube-system/catalyst-egress-block`,
  `serviceaccounts ${probes}/catalyst-egress-block`,
  `cronjobs ${probes}/catalyst-egress-block`,
  `jobs ${probes}/catalyst-egress-block`,
].map((object) => ({ object: `sovereign ${object}` }));

/** Changes that are not one write of the object that they name. The first that fits counts. */
const rules: readonly { is: RegExp; why: string; writes(change: Change, releases: Releases): Shape[] }[] = [
  {
    is: /^sovereign Folder /,
    why: 'one kubectl applies the objects of a folder, each of which the sentence names',
    writes: ({ sentence }) =>
      sentence
        .replace(/^apply [^:]+: /, '')
        .split(', ')
        .map((name) => ({ object: `sovereign ${kindAndName(name)}` })),
  },
  {
    is: /^sovereign Secrets /,
    why: 'one kubectl applies the Secrets that the sentence names, and their namespaces',
    writes({ sentence }) {
      const names = sentence.replace(/^[^:]+: /, '').split(', ');
      // that one is there already
      const namespaces = [...new Set(names.map((name) => name.split('/')[0]!))].filter(
        (name) => name !== 'kube-system',
      );
      return [...namespaces.map((name) => `namespaces ${name}`), ...names.map((name) => `secrets ${name}`)].map(
        (object) => ({ object: `sovereign ${object}` }),
      );
    },
  },
  {
    is: /^sovereign Release /,
    why: 'helm keeps a record of the release, first pending, then deployed, and writes the namespace and what the chart rendered',
    writes: ({ target: { namespace = '', name } }, releases) => [
      { object: `sovereign secrets ${namespace}/sh.helm.release.v1.${name}.v1`, by: 'Helm', times: 'some' },
      { object: `sovereign namespaces ${namespace}`, by: 'Helm', times: 'if any' },
      ...releasedWrites(namespace, releases.get(`${namespace}/${name}`)),
    ],
  },
  {
    is: /^sovereign Flux all/,
    why: 'every Flux object of the Sovereign is annotated',
    writes: () =>
      ['gitrepositories', 'kustomizations', 'helmreleases', 'helmrepositories'].map((kind) => ({
        object: new RegExp(`^sovereign ${kind} `),
        by: 'catalyst',
        times: kind === 'helmrepositories' ? ('if any' as const) : ('some' as const),
      })),
  },
  {
    is: /^sovereign Secret (catalyst-probes\/probe-sealed|flux-system\/catalyst-canary) remove /,
    why: 'it may have gone with the SealedSecret that owns it',
    writes: ({ target }) => [{ object: named(target), times: 'if any' }],
  },
  {
    is: /^mother Zone /,
    why: 'her PowerDNS is asked, which knows no namespace',
    writes: ({ target }) => [{ object: `dns zone ${target.name}` }],
  },
  {
    is: /^s3 object .*archive of the probe Cluster/i,
    why: 'an archive is several objects below the id of the run',
    writes: ({ target }) => [{ object: new RegExp(`^${named(target)}-[0-9a-f]+/`), times: 'some' }],
  },
  {
    is: /^s3 bucket .*set the archives .* aside/i,
    why: 'versions are kept from before on, and each object of the archives is replaced by a mark of deletion',
    writes: ({ target }) => [
      { object: named(target) },
      { object: new RegExp(`^s3 object ${target.name}/`), times: 'some', removes: true },
    ],
  },
  {
    is: /^sovereign Pod trivy-system\/one of its Pods/,
    why: 'which Pod it is shows only when it is evicted',
    writes: () => [{ object: /^sovereign pods trivy-system\//, removes: true }],
  },
  {
    is: /^mother Lease /,
    why: 'one change from taking to giving back, renewals included (src/handover/mother/hold-mother.ts)',
    writes: ({ target }) => [
      { object: named(target), removes: true },
      { object: named(target), removes: false, times: 'some' },
    ],
  },
  {
    is: /^mother Job .*run a short Job/,
    why: 'one change makes the Job, which bears the id of the run, reads its word and removes it',
    writes: ({ target, run }) =>
      [false, true].map((removes) => ({ object: `${named(target)}-${run.slice(0, 8)}`, removes })),
  },
  {
    is: /^mother \w+ \S+catalyst-sovereign-undo-/,
    why: 'what is armed bears the id of the run, which no plan can know',
    writes: ({ target, run }) => [{ object: `${named(target)}-${run}` }],
  },
  {
    is: /^sovereign \w+ velero\/probe /,
    why: 'Velero refuses to use a name again, so it bears the id of the run',
    writes: ({ target, run }) => [{ object: `${named(target)}-${run}` }],
  },
  {
    is: /^sovereign Job .* and its namespace$/,
    why: 'one kubectl applies the probe Job and the namespace of probes',
    writes: ({ target }) => [{ object: named(target) }, { object: `sovereign namespaces ${target.namespace}` }],
  },
  {
    is: /^sovereign Job .*disarm the Job that would lift the egress block/,
    why: 'CronJob, account and roles go with the Job',
    writes: () => egressJob,
  },
  {
    is: /^sovereign Job .*arm the Job that lifts the egress block/,
    why: 'the Job comes with its namespace, CronJob, account and roles',
    writes: () => [...egressJob, { object: `sovereign namespaces ${probes}` }],
  },
  {
    is: /^sovereign HelmChart catalyst-probe-\*/,
    why: 'one for each release',
    writes: () => [{ object: /^sovereign (helmcharts|ocirepositories) [^/]+\/catalyst-probe-/, times: 'some' }],
  },
  {
    is: /^sovereign GitRepository .*point the Sovereign's Flux at its own Gitea/,
    why: 'the source is applied with the Kustomizations that read it, one for each folder of the tree',
    writes: ({ target }) => [
      { object: named(target) },
      { object: new RegExp(`^sovereign kustomizations ${target.namespace}/`), by: 'kubectl', times: 'some' },
    ],
  },
  {
    is: /^dns RRset /,
    why: 'PowerDNS takes the record sets of a zone in one request, which names the zone',
    writes: ({ sentence }) => [{ object: `dns zone ${/in zone (\S+)/.exec(sentence)?.[1]?.replace(/\.?$/, '.')}` }],
  },
  {
    is: /^s3 Bucket .*mark bucket /,
    why: 'the mark is an object in the bucket',
    writes: ({ target, sentence }) => [
      { object: `s3 object ${target.name}/${/by object (\S+)$/.exec(sentence)?.[1]}` },
    ],
  },
  {
    is: /^s3 Bucket .*probe object in bucket/,
    why: 'one change writes the probe object and deletes it',
    writes: ({ target: { name } }) =>
      [false, true].map((removes) => ({
        object: new RegExp(`^s3 object ${name}/\\.catalyst-probe-[0-9a-f]+$`),
        removes,
      })),
  },
  {
    is: /^s3 Bucket .*in each form that a consumer may send/,
    why: 'one change writes an object in each form and deletes what was taken',
    writes: ({ target: { name } }) =>
      [false, true].map((removes) => ({
        object: new RegExp(`^s3 object ${name}/\\.catalyst-probe-[0-9a-f]+-[a-z0-9-]+$`),
        times: 'some' as const,
        removes,
      })),
  },
  {
    is: /^registry image /,
    why: 'an image is pushed as blobs and a manifest, each by requests of its own',
    writes: ({ target, sentence }) => [
      { object: `registry repository ${target.name}`, times: 'some', removes: /^remove /.test(sentence) },
    ],
  },
  {
    is: /^git repository catalyst-probe /,
    why: 'the administrator owns the repository, and only the request says so',
    writes: ({ target, sentence }) => [
      { object: new RegExp(`^git repository [^/]+/${target.name}$`), removes: /^remove /.test(sentence) },
    ],
  },
  {
    is: /^webhook Webhook /,
    why: 'an alert goes to an address of the person, which is no server of the lab',
    writes: () => [],
  },
  {
    is: /^sovereign Event .*notification-controller/,
    why: 'an event is posted to the Service of the controller, through the API server',
    writes: ({ target }) => [{ object: `sovereign services ${target.namespace}/${target.name}` }],
  },
  {
    is: /^git branch /,
    why: 'a push names the repository',
    writes: ({ target }) => [{ object: `git repository ${target.name.split(':')[0]}` }],
  },
  {
    is: /^git organization .*create /,
    why: 'Gitea is told the name in the body',
    writes: () => [{ object: 'git POST /api/v1/orgs' }],
  },
  {
    is: /^git access token /,
    why: 'Gitea is told the name in the body; an earlier token of that name goes first',
    writes: () => [
      { object: /^git POST \/api\/v1\/users\/[^/]+\/tokens$/ },
      { object: /^git DELETE \/api\/v1\/users\/[^/]+\/tokens\/[^/]+$/, times: 'if any' },
    ],
  },
];

/**
 * A place for each write that the changes of these entries announce. What failed or was cut off may have written or not.
 *
 * @param releases what Helm recorded, where it can be read; of a release that is not in it any write by Helm is taken for one
 */
export function placesOf(entries: readonly JournalEntry[], releases: Releases = new Map()): Place[] {
  return entries
    .filter(({ kind }) => kind === 'begin')
    .flatMap((begin) => {
      const end = entries.find(
        ({ op, kind, seq }) => op === begin.op && seq > begin.seq && ['ok', 'fail', 'indoubt'].includes(kind),
      );
      const change = { target: begin.target!, sentence: String(begin.inputs?.['sentence']), run: begin.run };
      const shapes = [...shapesOf(change, releases), ...besideProbes(change)];
      return shapes.map((shape) => ({
        ...shape,
        removes: shape.removes ?? /^(delete|remove|disarm|lose|lift) /.test(change.sentence),
        times: end?.kind === 'ok' ? (shape.times ?? 'once') : 'if any',
        from: Date.parse(begin.at),
        to: end ? Date.parse(end.at) : Number.POSITIVE_INFINITY,
        told: `${begin.seq} ${begin.step} ${shape.object}: ${change.sentence}`,
      }));
    });
}

/** Whether a kind has namespaces is not in a manifest, so either spelling of its name will do. */
function releasedWrites(namespace: string, released: ReleasedObjects | undefined): Shape[] {
  if (!released) return [{ object: /^sovereign /, by: 'Helm', times: 'some' }];
  const object = ({ kind, metadata }: KubeObject) =>
    new RegExp(
      `^sovereign ${pluralOf(kind)} (${metadata.namespace ?? namespace}/)?${metadata.name.replaceAll('.', '\\.')}$`,
    );
  return [
    ...released.rendered.map((one): Shape => ({ object: object(one), by: 'Helm', times: 'some' })),
    ...released.crds.map((one): Shape => ({ object: object(one), by: 'Helm', times: 'if any' })),
  ];
}

/** What makes a probe brings the login for private registries into its namespace, unless it is there. */
const besideProbes = ({ target, sentence }: Change): Shape[] =>
  target.system === 'sovereign' &&
  target.namespace !== undefined &&
  /^(make|create|apply|write|install) /.test(sentence)
    ? [{ object: `sovereign secrets ${target.namespace}/registry-pull`, times: 'if any' }]
    : [];

function shapesOf(change: Change, releases: Releases): Shape[] {
  const { system, kind, namespace, name } = change.target;
  const text = `${system} ${kind} ${namespace ? `${namespace}/` : ''}${name} ${change.sentence}`;
  return rules.find(({ is }) => is.test(text))?.writes(change, releases) ?? [{ object: named(change.target) }];
}

/** The object that the target names, as the servers of the lab name it. */
function named({ system, kind, namespace, name }: Target): string {
  const full = namespace ? `${namespace}/${name}` : name;
  if (system === 'sovereign' || system === 'mother') return `${system} ${pluralOf(kind)} ${full}`;
  return `${system} ${kind.toLowerCase()} ${full}`;
}

/** `HelmRelease flux-system/bp-valkey` with the resource of its kind. */
function kindAndName(text: string): string {
  const [kind = '', name = ''] = text.split(' ');
  return `${pluralOf(kind)} ${name}`;
}
