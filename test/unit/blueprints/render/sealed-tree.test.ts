import { constants, createDecipheriv, generateKeyPairSync, privateDecrypt } from 'node:crypto';
import { expect, it } from 'vitest';
import type { BlueprintName } from '../../../../src/blueprints/catalog/blueprint.js';
import { placedObjects } from '../../../../src/blueprints/lint/placed.js';
import { renderTree } from '../../../../src/blueprints/render/render.js';
import { sealTree } from '../../../../src/blueprints/render/sealed-tree.js';
import { secretsFor } from '../../../../src/blueprints/render/secrets.js';
import type { KubeObject } from '../../../../src/kubernetes/client/kube.js';
import { parseYamlStream } from '../../../../src/support/yaml/read-yaml.js';
import { blueprints, omantel } from '../rig.js';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** As the controller opens it. */
function open(sealed: string, namespace: string, name: string): string {
  const bytes = Buffer.from(sealed, 'base64');
  const end = 2 + bytes.readUInt16BE(0);
  const session = privateDecrypt(
    {
      key: privateKey,
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: 'sha256',
      oaepLabel: Buffer.from(`${namespace}/${name}`),
    },
    bytes.subarray(2, end),
  );
  const decipher = createDecipheriv('aes-256-gcm', session, Buffer.alloc(12));
  decipher.setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(end, -16)), decipher.final()]).toString('utf8');
}

async function sealed() {
  const all = await blueprints();
  const secrets = new Map<BlueprintName, KubeObject[]>();
  for (const one of all) secrets.set(one.name, await secretsFor(one, omantel(), async (name) => `value of ${name}`));
  const tree = sealTree(renderTree(omantel(), all), all, secrets, publicKey);
  return { all, secrets, tree, objects: placedObjects(tree, all).map(({ object }) => object) };
}

it('holds each Secret that catalyst makes, with every key, for the controller alone to open', async () => {
  const { secrets, objects } = await sealed();
  const made = [...secrets.values()].flat().filter(({ kind }) => kind === 'Secret');
  const found = objects.filter(({ kind }) => kind === 'SealedSecret');
  const idOf = ({ metadata }: KubeObject) => `${metadata.namespace}/${metadata.name}`;
  expect(found.map(idOf).sort()).toEqual(made.map(idOf).sort());
  for (const secret of made) {
    const { namespace = '', name } = secret.metadata;
    const one = found.find((candidate) => idOf(candidate) === idOf(secret))!;
    const opened = Object.fromEntries(
      Object.entries(one.spec.encryptedData as Record<string, string>).map(([key, text]) => [
        key,
        open(text, namespace, name),
      ]),
    );
    const clear = Object.entries(secret.data as Record<string, string>).map(([key, text]) => [
      key,
      Buffer.from(text, 'base64').toString('utf8'),
    ]);
    expect(opened).toEqual(Object.fromEntries(clear));
    expect(one.spec.template.type).toBe(secret.type);
    // without it on the Secret, the controller leaves one that was there before as it is
    expect(one.spec.template.metadata.annotations).toMatchObject({ 'sealedsecrets.bitnami.com/managed': 'true' });
    // a SealedSecret takes its Secret along
    expect(one.metadata.annotations).toEqual({ 'kustomize.toolkit.fluxcd.io/prune': 'disabled' });
  }
});

it('has nothing in clear', async () => {
  const { tree, secrets, objects } = await sealed();
  const text = tree.folders.flatMap((folder) => folder.files.map((file) => file.text)).join('\n');
  expect(text).not.toContain('value of ');
  for (const secret of [...secrets.values()].flat().filter(({ kind }) => kind === 'Secret'))
    for (const value of Object.values(secret.data as Record<string, string>))
      if (value.length > 24) expect(text).not.toContain(value);
  expect(objects.some(({ kind }) => kind === 'Secret')).toBe(false);
});

it('makes folders wait for the controller, never the controller for itself', async () => {
  const { tree } = await sealed();
  const all = tree.folder('flux-system')!.files.flatMap(({ text }) => parseYamlStream(text) as KubeObject[]);
  const kustomizations = all.filter(({ kind }) => kind === 'Kustomization');
  const needs = new Map(
    kustomizations.map(({ metadata, spec }) => [
      metadata.name,
      (spec.dependsOn ?? []).map((one: { name: string }) => one.name) as string[],
    ]),
  );
  const reaches = (name: string, goal: string, seen = new Set<string>()): boolean =>
    (needs.get(name) ?? []).some((need) => need === goal || (!seen.has(need) && reaches(need, goal, seen.add(need))));
  for (const folder of tree.folders) {
    const name = folder.path.split('/').at(-1)!;
    if (!folder.files.some(({ path }) => path.endsWith('/sealed-secrets.yaml'))) continue;
    expect(needs.get(name), name).toContain('bp-sealed-secrets');
  }
  for (const name of needs.keys()) expect(reaches(name, name), name).toBe(false);
  expect(tree.folder('bp-sealed-secrets-config')!.files[0]!.objects.map(({ metadata }) => metadata.name)).toContain(
    'object-storage',
  );
});
