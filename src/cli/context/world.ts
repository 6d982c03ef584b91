/** Builds the adapters of a World from a spec; what may fail or is heavy comes at its first use. */
import { join } from 'node:path';
import { requireDistinctClusters } from '../../actions/session/require-distinct-clusters.js';
import type { Blueprint } from '../../blueprints/catalog/blueprint.js';
import { renderTree } from '../../blueprints/render/render.js';
import type { Journal } from '../../engine/journal.js';
import { publicAddress } from '../../hetzner/cluster/public-address.js';
import type { Kube, KubeWriter } from '../../kubernetes/client/kube.js';
import type { CredentialStore } from '../../sovereign/credentials/credential-store.js';
import type { LabMark } from '../../sovereign/lab-mark.js';
import { objectStorageEndpoint } from '../../sovereign/object-storage.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { createRunFolder } from '../../sovereign/state/run-folder.js';
import { cacheDir } from '../../sovereign/state/state-dir.js';
import type { Clock } from '../../support/clock.js';
import type { Redactor } from '../../support/redact/redact.js';
import { createDnsQuery } from '../../tools/dns/dns-client.js';
import { createBinaries } from '../../tools/exec/binaries.js';
import { createExec } from '../../tools/exec/exec.js';
import { createGit } from '../../tools/git/git-client.js';
import { createHelmCharts } from '../../tools/helm/helm-charts.js';
import { createHelm } from '../../tools/helm/helm-client.js';
import { createDialer } from '../../tools/http/dialer.js';
import { createHttp } from '../../tools/http/http-client.js';
import { createHttpStream } from '../../tools/http/http-stream.js';
import { proxiesTold, proxyPasswords } from '../../tools/http/proxies.js';
import { createGate, type OpenGate } from '../../world/gate.js';
import { checkProject } from '../../world/hetzner-project.js';
import { bind } from '../../world/journal-binding.js';
import { type FullAdapters, readersOf } from '../../world/readers.js';
import type { World } from '../../world/world.js';
import { once, whenChanged } from '../command/once.js';
import { assertEncrypted, endpointsOf } from './encrypted-endpoints.js';
import { identify } from './identify-world.js';
import { createKubeconfigs } from './kubeconfigs.js';
import { openKube } from './open-kube.js';

export interface WorldRequest {
  sovereign: Sovereign;
  stateDir: string;
  credentials: CredentialStore;
  /** Kubeconfig file of the Sovereign, when one was given. */
  kubeconfig?: string;
  motherKubeconfig?: string;
  /** Paths of helm and kubectl, when given by flag. */
  tools?: { helm?: string; kubectl?: string };
  /** The lab named by --lab: everything must be of it. */
  labMark?: LabMark;
  clock: Clock;
  env: Readonly<Record<string, string | undefined>>;
  redactor: Redactor;
  blueprints: readonly Blueprint[];
  runId: string;
  signal: AbortSignal;
  undoSignal: AbortSignal;
  /** Called before each change; throws to prevent it. */
  onChange: () => void;
  warn: (text: string) => void;
  /** In a dry-run: is given what each change would be, and none is made. */
  describe?: (sentence: string) => void;
}

export interface OpenWorld {
  world: World;
  openGate: OpenGate;
  close(): Promise<void>;
}

export async function createWorld(request: WorldRequest): Promise<OpenWorld> {
  const { sovereign, credentials, clock, env, redactor, blueprints, runId, signal, undoSignal, stateDir } = request;
  const { spec } = sovereign;
  // The lab named by --lab is this machine, also where its clusters reach it by another address.
  if (request.labMark === undefined) {
    const registry = (await credentials.find('registry-token')) !== undefined;
    assertEncrypted(endpointsOf(spec, env, { registry }), request.warn);
  }
  // A call that is under way is finished after ^C, so that its outcome is known: waits end at once, calls a minute later.
  const calls = { signal: undoSignal };
  const { connectTo, caBundle } = spec.access;
  const dialer = createDialer({ connectTo, caBundle, env });
  // Rules without a host are meant for the Sovereign's components: they lead no call to a vendor or another cluster astray.
  const named = connectTo.filter(({ host }) => host !== undefined);
  const vendors = createDialer({ connectTo: named, caBundle, env });
  for (const password of proxyPasswords(env)) redactor.register(password);
  const exec = createExec(redactor);
  const binaries = createBinaries({ exec, env, given: request.tools, cacheDir: cacheDir(env) });
  const runFolder = createRunFolder(stateDir, clock.now());
  const kubeconfigs = createKubeconfigs({
    sovereign,
    credentials,
    given: request.kubeconfig,
    mother: request.motherKubeconfig,
    env,
    folder: runFolder.path,
  });
  const kubectl = () => binaries.path('kubectl');
  const ready = new Map<string, () => Promise<void>>();
  const connect = async (file: { path: string; context?: string }): Promise<Kube & KubeWriter> => {
    const tools = { exec, kubectl, dialer: vendors, clock, env, kubeconfigs, warn: request.warn, signal, undoSignal };
    const opened = await openKube(file, tools);
    ready.set(opened.kube.kubeconfig, opened.ready);
    return opened.kube;
  };
  const upToDate = async (kubeconfig: string) => ready.get(kubeconfig)?.();
  /** A cluster that is created anew in this run has another kubeconfig. */
  let current: { key: string; kube: Promise<Kube & KubeWriter> } | undefined;
  const kube = async () => {
    if (current && request.kubeconfig !== undefined) return current.kube;
    const text = request.kubeconfig ?? (await credentials.find('sovereign-kubeconfig'));
    if (current === undefined || current.key !== text) {
      const file = await kubeconfigs.sovereign();
      current = { key: file.key, kube: connect(file) };
    }
    return current.kube;
  };
  const hetzner = whenChanged(
    () => credentials.get('hcloud-token'),
    async (token) => {
      const { createHetznerApi } = await import('../../hetzner/api/create-api.js');
      const { endpoint } = spec.hetzner;
      return createHetznerApi({ token, endpoint, clock, dialer: vendors, ...calls });
    },
  );
  const objectStore = whenChanged(
    async () => `${await credentials.get('s3-access-key')}\n${await credentials.get('s3-secret-key')}`,
    async (pair) => {
      const { createObjectStore } = await import('../../tools/s3/s3.js');
      const [accessKey = '', secretKey = ''] = pair.split('\n');
      const endpoint = objectStorageEndpoint(spec);
      const { location: region } = spec.objectStorage;
      return createObjectStore({ endpoint, region, accessKey, secretKey, dialer: vendors, ...calls });
    },
  );
  const mother = once(() => Promise.resolve().then(() => connect(kubeconfigs.mother())));
  const identity = once(() =>
    identify({ kubeconfigs, credentials, hetzner, kube, mother }, { clock, signal, expected: request.labMark }),
  );
  const helm = () => binaries.path('helm');
  const adapters = {
    kube,
    mother,
    hetzner,
    objectStore,
    http: createHttp({ dialer, ...calls }),
    httpStream: createHttpStream({ dialer, signal }),
    git: createGit({ dialer, ...calls, exec, folder: runFolder.path }),
    helm: createHelm({
      dialer,
      signal,
      exec,
      helm,
      home: join(cacheDir(env), 'helm'),
      ready: upToDate,
      folder: runFolder.path,
    }),
    charts: createHelmCharts({ exec, helm, signal }),
  } satisfies FullAdapters;
  let journal: Journal | undefined;
  const { fqdn } = spec;
  const readers = readersOf(adapters);
  const project = checkProject({ hetzner: readers.hetzner, fqdn, journal: () => journal, warn: request.warn });
  const world: World = {
    ...readers,
    requireProject: project.require,
    sovereign,
    clock,
    signal,
    undoSignal,
    redactor,
    credentials,
    binaries,
    dns: createDnsQuery({ connectTo, ...calls }),
    identity,
    // As SSH goes to the servers: by the rules, and through no proxy.
    publicAddress: once(() =>
      publicAddress(createHttp({ dialer: createDialer({ connectTo: named, caBundle }), ...calls }), { signal }),
    ),
    ways: () => proxiesTold(env),
    blueprints,
    tree: once(async () => renderTree(sovereign, blueprints)),
    runId,
    stateDir,
  };
  const distinct = requireDistinctClusters(world, (uids) => {
    if (journal) bind(journal, { fqdn: spec.fqdn, ...uids });
  });
  return {
    world,
    // Here and not where gates are opened, so that none can be opened without it.
    openGate: (options) => {
      const { describe } = request;
      if (!describe) journal = options.journal;
      const onMutation: typeof options.onMutation = (step, mutation) => {
        options.onMutation?.(step, mutation);
        describe?.(mutation.sentence);
      };
      const ready: typeof distinct = async (mutation, signal) => {
        await distinct(mutation, signal);
        await project.before(mutation);
      };
      const dryRun = describe !== undefined;
      return createGate({
        ...options,
        onMutation,
        ready,
        made: project.after,
        onChange: request.onChange,
        dryRun,
        adapters,
      });
    },
    close: async () => runFolder.close(),
  };
}
