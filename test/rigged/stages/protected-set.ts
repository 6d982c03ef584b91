/** A mother with her demos and the redirect of a Sovereign that was handed over: D16 and D18 are judged on it. */
import { redirectObjects } from '../../../src/handover/mother/redirect.js';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { takeFingerprint } from '../../../src/mother/fingerprint/fingerprint.js';
import { protectedUnchanged, redirectWorks } from '../../../src/verification/dod/checks/independence.js';
import type { Scope } from '../../../src/verification/dod/scope.js';
import { memoryCluster } from '../../unit/handover/rig.js';
import { mother } from '../../unit/mother/fingerprint/rig.js';
import type { Stage } from '../rigged-world.js';

const id = '5cd1bceaaacb71f6';
const backend = (name: string) => ({ service: { name, port: { number: 80 } } });
const paths = (...all: [string, string][]) =>
  all.map(([path, name]) => ({ path, pathType: 'Prefix', backend: backend(name) }));
const ingress = (namespace: string, name: string, host: string, ...all: [string, string][]): KubeObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { namespace, name },
  spec: { rules: [{ host, http: { paths: paths(...all) } }] },
});

export interface RedirectWorld {
  scope: Scope;
  objects: Map<string, KubeObject>;
  put(object: KubeObject): void;
  at(key: string): KubeObject;
}

export const redirect = 'catalyst/catalyst-sovereign-redirect-omantel-omani-works';

async function redirectWorld(): Promise<RedirectWorld> {
  const base = mother();
  const console = 'console.openova.io';
  const neighbor = ingress('catalyst', 'console-sovereign', console, ['/sovereign', 'catalyst-ui']);
  const { objects, kube } = memoryCluster([
    ...base.cluster.objects.values(),
    neighbor,
    ingress('sme', 'console-nova', console, ['/nova', 'console']),
  ]);
  const world = { ...base.tools, runId: 'run12345', mother: async () => kube };
  const scope = { world, record: { ids: [id] } } as unknown as Scope;
  const made = redirectObjects(scope.world, [id], neighbor, true);
  const put = (one: KubeObject) => objects.set(`${one.kind} ${one.metadata.namespace ?? ''}/${one.metadata.name}`, one);
  for (const object of Object.values(made)) put(structuredClone(object));
  const http = async ({ url }: { url: string }) => {
    const location = locationOf([...objects.values()], new URL(url));
    if (location === undefined) return { status: 200, headers: {}, text: 'a page' };
    return { status: 301, headers: { location }, text: '' };
  };
  Object.assign(scope.world, { http });
  return { scope, objects, put, at: (key) => objects.get(key)! };
}

/** As Traefik: the Ingress with the longest path that fits, through its Middleware. */
function locationOf(objects: readonly KubeObject[], url: URL): string | undefined {
  const found = objects
    .filter(({ kind }) => kind === 'Ingress')
    .flatMap((one) =>
      ((one.spec?.rules ?? []) as { host: string; http: { paths: { path: string }[] } }[])
        .filter(({ host }) => host === url.host)
        .flatMap(({ http }) => http.paths.map(({ path }) => ({ one, path }))),
    )
    .filter(({ path }) => url.pathname === path || url.pathname.startsWith(`${path.replace(/\/$/, '')}/`))
    .sort((a, b) => b.path.length - a.path.length)[0];
  const used = found?.one.metadata.annotations?.['traefik.ingress.kubernetes.io/router.middlewares'] ?? '';
  const middleware = objects.find(
    ({ kind, metadata }) => kind === 'Middleware' && used === `${metadata.namespace}-${metadata.name}@kubernetescrd`,
  );
  const { regex, replacement } = middleware?.spec?.redirectRegex ?? {};
  if (!regex || !new RegExp(regex).test(url.href)) return undefined;
  return url.href.replace(new RegExp(regex), replacement.replaceAll(/\$\{(\d)\}/g, '$$$1'));
}

/** D18 on it. */
export const onRedirect: Stage<RedirectWorld> = { honest: redirectWorld, judge: ({ scope }) => redirectWorks(scope) };

export type ProtectedWorld = ReturnType<typeof mother> & { scope: Scope };

async function protectedWorld(): Promise<ProtectedWorld> {
  const world = mother();
  const before = await takeFingerprint(world.tools);
  return { ...world, scope: { world: world.tools, before, effects: [] } as unknown as Scope };
}

/** D16 on it: what it was before the first change is kept. */
export const onProtected: Stage<ProtectedWorld> = {
  honest: protectedWorld,
  judge: ({ scope }) => protectedUnchanged(scope),
};
