/**
 * provider-opentofu 1.1.8, whose programs no registry here has: what a Workspace's module declares is created with the credentials of
 * its ProviderConfig, follows its variables, and is destroyed with it. Fields: apis/v1beta1/workspace_types.go of that version.
 */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { messageOf } from 'catalyst/support/errors/errors.js';
import { condition, conditions } from '../../conditions.js';
import { all, type ReconcileContext, type Rule } from '../../reconciler.js';
import { finalizersOf } from './compositions.js';
import {
  type Block,
  type Body,
  blocksOf,
  evaluate,
  inOrder,
  type Module,
  type Scope,
  withValue,
} from './opentofu-module.js';
import { create, destroy, lookUp, type Made, type Provider } from './opentofu-resources.js';

const WORKSPACE = 'opentofu.upbound.io/v1beta1/Workspace';
const CONFIG = 'opentofu.upbound.io/v1beta1/ProviderConfig';
const finalizer = 'finalizer.managedresource.crossplane.io';

interface Reference {
  namespace: string;
  name: string;
  key: string;
}

/** By uid of the Workspace; the real one keeps it in a Secret. */
type States = Map<string, Made[]>;

export function openTofu(): Rule {
  const states: States = new Map();
  return {
    name: 'crossplane Workspace',
    kind: WORKSPACE,
    also: { [CONFIG]: all(WORKSPACE), 'v1/Secret': () => [] },
    async reconcile(workspace, lab) {
      try {
        const provider = providerOf(workspace, lab);
        if (workspace.metadata.deletionTimestamp) return await end(workspace, lab, provider, states);
        if (!finalizersOf(workspace).includes(finalizer))
          await lab.patch(workspace, {
            metadata: { finalizers: [...finalizersOf(workspace), finalizer] },
          });
        const outputs = await applied(workspace, lab, provider, states);
        await report(workspace, lab, undefined, outputs);
      } catch (error) {
        await report(workspace, lab, messageOf(error));
        return { againMs: 2000 };
      }
      return undefined;
    },
  };
}

async function applied(
  workspace: KubeObject,
  lab: ReconcileContext,
  provider: Provider,
  states: States,
): Promise<Body> {
  const module = JSON.parse(workspace.spec.forProvider.module) as Module;
  let scope: Scope = { var: variablesOf(workspace, lab) };
  for (const { address, type, body } of blocksOf(module.data, 'data.'))
    scope = withValue(scope, address, await lookUp(provider, type, evaluate(body, scope) as Body));
  const state = states.get(workspace.metadata.uid!) ?? [];
  states.set(workspace.metadata.uid!, state);
  for (const block of inOrder(blocksOf(module.resource)))
    scope = withValue(scope, block.address, await declared(block, scope, state, provider));
  const outputs = Object.entries(module.output ?? {});
  return Object.fromEntries(outputs.map(([name, { value }]) => [name, evaluate(value, scope)]));
}

/** Creates what a block declares and is not there, destroys what is too many; its attributes, a list where it counts. */
async function declared({ address, type, body }: Block, scope: Scope, state: Made[], provider: Provider) {
  const counts = body['count'] !== undefined;
  const wanted = counts ? Number(evaluate(body['count'], scope)) : 1;
  const all: Body[] = [];
  for (let index = 0; index < wanted; index += 1) {
    const at = counts ? `${address}[${index}]` : address;
    const known = state.find((one) => one.address === at);
    const arguments_ = evaluate(body, { ...scope, count: { index } }) as Body;
    const attributes = known?.attributes ?? { ...arguments_, ...(await create(provider, type, arguments_)) };
    if (!known) state.push({ address: at, type, attributes });
    all.push(attributes);
  }
  const surplus = state.filter((one) => one.address.startsWith(`${address}[`) && indexOf(one) >= wanted);
  for (const one of surplus) await removed(one, state, provider);
  return counts ? all : all[0];
}

const indexOf = ({ address }: Made) => Number(/\[(\d+)\]$/.exec(address)?.[1]);

async function removed(one: Made, state: Made[], provider: Provider): Promise<void> {
  await destroy(provider, one);
  state.splice(state.indexOf(one), 1);
}

async function end(
  workspace: KubeObject,
  lab: ReconcileContext,
  provider: Provider,
  states: States,
): Promise<undefined> {
  const state = states.get(workspace.metadata.uid!) ?? [];
  const keeps = workspace.spec.deletionPolicy === 'Orphan';
  for (const one of keeps ? [] : state.toReversed()) await removed(one, state, provider);
  states.delete(workspace.metadata.uid!);
  const finalizers = finalizersOf(workspace).filter((name) => name !== finalizer);
  await lab.patch(workspace, { metadata: { finalizers } });
  return undefined;
}

/** `vars`, and what `env` gives as `TF_VAR_…`. */
function variablesOf({ spec }: KubeObject, lab: ReconcileContext): Record<string, string> {
  const vars = (spec.forProvider.vars ?? []) as { key: string; value: string }[];
  const env = (spec.forProvider.env ?? []) as { name: string; value?: string; secretKeyRef?: Reference }[];
  const given = env
    .filter(({ name }) => name.startsWith('TF_VAR_'))
    .map(({ name, value, secretKeyRef }) => [
      name.slice('TF_VAR_'.length),
      secretKeyRef ? secretText(lab, secretKeyRef) : (value ?? ''),
    ]);
  return Object.fromEntries([...vars.map(({ key, value }) => [key, value]), ...given]);
}

function providerOf({ spec }: KubeObject, lab: ReconcileContext): Provider {
  const name = spec.providerConfigRef?.name ?? 'default';
  const config = lab.store.get(CONFIG, '', name);
  if (!config) throw new Error(`ProviderConfig.opentofu.upbound.io "${name}" not found`);
  const files = (config.spec.credentials ?? []) as { filename: string; source: string; secretRef?: Reference }[];
  const variables = files
    .filter(({ filename, source, secretRef }) => filename.endsWith('.tfvars.json') && source === 'Secret' && secretRef)
    .map(({ secretRef }) => JSON.parse(secretText(lab, secretRef!)) as Record<string, string>);
  const { cloud, objectStorage } = lab.world;
  if (!cloud) throw new Error('api.hetzner.cloud cannot be reached from here');
  return {
    hetzner: cloud(),
    objectStorage,
    credentials: Object.assign({}, ...variables) as Record<string, string>,
    signal: lab.signal,
  };
}

function secretText(lab: ReconcileContext, { namespace, name, key }: Reference): string {
  const encoded = lab.store.get('v1/Secret', namespace, name)?.data?.[key];
  if (typeof encoded !== 'string') throw new Error(`cannot get key ${key} of Secret ${namespace}/${name}`);
  return Buffer.from(encoded, 'base64').toString();
}

function report(
  workspace: KubeObject,
  lab: ReconcileContext,
  problem: string | undefined,
  outputs?: Body,
): Promise<void> {
  const synced = condition('Synced', problem === undefined, problem ? 'ReconcileError' : 'ReconcileSuccess', problem);
  const ready = condition('Ready', problem === undefined, problem ? 'Unavailable' : 'Available');
  return lab.setStatus(workspace, {
    ...(outputs ? { atProvider: { outputs } } : {}),
    conditions: conditions(workspace, lab.clock, [synced, ready]),
  });
}
