/** Another image in every object of the tree, on an API server that keeps the template of a Job: applied twice, and run again. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Rig, startRig } from '../../../../lab/test/kubernetes/rig.js';
import type { RenderedFolder, RenderedTree } from '../../../../src/blueprints/render/render.js';
import type { Kube, KubeObject, KubeWriter } from '../../../../src/kubernetes/client/kube.js';
import { createKube } from '../../../../src/kubernetes/client/kube-client.js';
import { systemClock } from '../../../../src/support/clock.js';
import { createRedactor } from '../../../../src/support/redact/redact.js';
import { createBinaries } from '../../../../src/tools/exec/binaries.js';
import { createExec } from '../../../../src/tools/exec/exec.js';
import { applyFolder, isApplied, planApply } from '../../../../src/walk/install/apply-folder.js';
import { fakeContext, fakeWorld } from '../rig.js';

let rig: Rig;
let kube: Kube & KubeWriter;
beforeAll(async () => {
  rig = await startRig();
  const exec = createExec(createRedactor());
  const binaries = createBinaries({ exec, env: process.env, cacheDir: join(homedir(), '.cache', 'catalyst') });
  const kubectl = () => binaries.path('kubectl');
  const kubeconfig = join(rig.directory, 'kubeconfig');
  kube = createKube({ kubeconfig, kubectl, exec, clock: systemClock, signal: new AbortController().signal });
}, 60_000);
afterAll(() => rig.close());

const builtIn = ({ apiVersion }: KubeObject) =>
  /^(v1|apps\/v1|batch\/v1|rbac\.authorization\.k8s\.io\/v1)$/.test(apiVersion);

/** Folders with what any API server knows, where a folder has something that runs an image. */
const foldersOf = ({ folders }: RenderedTree, change: (text: string) => string = (text) => text): RenderedFolder[] =>
  folders
    .map(({ path, files }) => ({
      path,
      files: files.map((file) => ({
        path: file.path,
        text: change(file.text),
        objects: file.objects.filter(builtIn).map((object) => JSON.parse(change(JSON.stringify(object))) as KubeObject),
      })),
    }))
    .filter(({ files }) =>
      files.some(({ objects }) => objects.some((object) => JSON.stringify(object).includes('"image":'))),
    );

const bumped = (text: string) => text.replace(/("?image"?: ?"?[\w./-]+:[\w.-]+)/g, '$1-bumped');
const jobsIn = (folders: readonly RenderedFolder[]) =>
  folders.flatMap(({ files }) => files.flatMap(({ objects }) => objects.filter(({ kind }) => kind === 'Job')));

it('replaces the Jobs of a tree whose images changed, as planned, and nothing the second time', async () => {
  const { world } = await fakeWorld({ cluster: kube, kube: async () => kube });
  const [before, after] = [foldersOf(await world.tree()), foldersOf(await world.tree(), bumped)];
  const jobs = jobsIn(after);
  expect(jobs.map(({ metadata }) => metadata.name)).toEqual(expect.arrayContaining(['pdns-schema', 'zone-bootstrap']));
  const namespaces = new Set(
    [...before, ...after].flatMap(({ files }) =>
      files.flatMap(({ objects }) => objects.map(({ metadata }) => metadata.namespace ?? 'default')),
    ),
  );
  for (const name of namespaces) await rig.kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const seen: string[] = [];
  for (const folders of [before, after, after]) {
    const planned = (await Promise.all(folders.map((folder) => planApply(kube, folder)))).flat();
    const { context, done } = fakeContext(world);
    for (const folder of folders) await applyFolder(kube, context.act, folder);
    expect([...done].sort()).toEqual(planned.map(({ sentence }) => sentence).sort());
    seen.push(`${done.filter((sentence) => sentence.startsWith('delete Job')).length} of ${done.length}`);
    for (const folder of folders) expect(await isApplied(kube, folder)).toBe(true);
  }
  const folders = after.length;
  expect(seen).toEqual([`0 of ${folders}`, `${jobs.length} of ${folders + jobs.length}`, '0 of 0']);
  for (const { metadata } of jobs) {
    const live = await kube.get({
      apiVersion: 'batch/v1',
      kind: 'Job',
      namespace: metadata.namespace,
      name: metadata.name,
    });
    expect(JSON.stringify(live?.spec.template)).toContain('-bumped');
  }
});
