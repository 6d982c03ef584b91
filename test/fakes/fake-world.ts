import type { Mutation } from '../../src/engine/mutation.js';
import type { HetznerApi, HetznerWriter } from '../../src/hetzner/api/api.js';
import type { HetznerAct } from '../../src/hetzner/mutation.js';
import {
  type Kube,
  type KubeObject,
  type KubeRef,
  type KubeWriter,
  refOfObject,
} from '../../src/kubernetes/client/kube.js';
import { type Sovereign, sovereignSchema } from '../../src/sovereign/spec/schema.js';
import type { Clock } from '../../src/support/clock.js';
import { createRedactor } from '../../src/support/redact/redact.js';
import type { Ssh } from '../../src/tools/ssh/ssh.js';
import { checkedWriters } from '../../src/world/gate/checked-writers.js';
import { type Adapters, writersOf } from '../../src/world/gate/writers.js';
import type { Act, StepContext } from '../../src/world/step.js';
import type { World } from '../../src/world/world.js';

/** A valid Sovereign; `hetzner` and `spec` go before. */
export function omantel(hetzner: Record<string, unknown> = {}, spec: Record<string, unknown> = {}): Sovereign {
  return sovereignSchema.parse({
    apiVersion: 'cli.catalyst.openova.io/v1alpha1',
    kind: 'Sovereign',
    metadata: { name: 'omantel' },
    spec: {
      fqdn: 'omantel.omani.works',
      pool: { domain: 'omani.works', subdomain: 'omantel' },
      organization: { name: 'Omantel', email: 'ops@omantel.example' },
      hetzner: {
        location: 'fsn1',
        controlPlane: { type: 'cx53', count: 1 },
        workers: { type: 'cx43', count: 2 },
        sshFrom: ['198.51.100.7/32'],
        ...hetzner,
      },
      objectStorage: { location: 'fsn1', bucketPrefix: 'omantel-test' },
      ...spec,
    },
  });
}

/** Refuses everything that a test did not give. */
export function fakeWorld(
  given: Partial<World> & { api?: HetznerApi & HetznerWriter; clock: Clock },
): World & { kept: Map<string, string> } {
  const kept = new Map<string, string>();
  const world = {
    sovereign: omantel(),
    signal: new AbortController().signal,
    redactor: createRedactor(),
    runId: 'run-1',
    blueprints: [],
    credentials: {
      get: async (name: string) => kept.get(name) ?? Promise.reject(new Error(`no ${name}`)),
      find: async (name: string) => kept.get(name),
      set: async (name: string, value: string) => void kept.set(name, value),
      forget: async (name: string) => void kept.delete(name),
    },
    hetzner: async () => given.api,
    requireProject: async () => undefined,
    ...given,
    kept,
  };
  return new Proxy(world, {
    get: (target, key) => {
      if (key in target) return target[key as keyof typeof target];
      // Whoever awaits the world asks whether it is a promise.
      if (key === 'then') return undefined;
      throw new Error(`unexpected use of world.${String(key)}`);
    },
  }) as unknown as World & { kept: Map<string, string> };
}

/** The API of a cluster in which servers have registered; what is applied is there. */
export function nodeApi(servers: () => readonly { name: string }[]): Kube & KubeWriter {
  const applied = new Map<string, KubeObject>();
  const key = ({ kind, namespace, name }: KubeRef) => `${kind} ${namespace}/${name}`;
  const kube = {
    server: 'https://kube',
    list: async () => servers().map(({ name }) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } })),
    raw: async () => ({ status: 200, body: 'ok' }),
    get: async (ref: KubeRef) => applied.get(key(ref)),
    apply: async (objects: readonly KubeObject[]) => {
      for (const object of objects) applied.set(key(refOfObject(object)), object);
      return [...objects];
    },
  };
  return kube as unknown as Kube & KubeWriter;
}

/** Makes every change at once, without a gate. */
export function freely(adapters: Partial<Adapters>): HetznerAct {
  return (_, make) => make(writersOf(adapters as Adapters), { id: 'op1', signal: new AbortController().signal });
}

export interface FakeGate {
  made: Mutation[];
  /** Operations that began and did not end, by sentence: as a killed run leaves them. */
  doubt: Map<string, string>;
  context: StepContext;
  /** Called before and after each change; throwing is dying right there. */
  point?: () => void;
}

/** The engine's gate without files: remembers operations in doubt over runs. Its writers are made of `adapters`; nothing is protected. */
export function fakeGate(adapters: Partial<Adapters>, signal = new AbortController().signal): FakeGate {
  let count = 0;
  const gate: FakeGate = { made: [], doubt: new Map(), context: undefined as never };
  const act: Act = async (mutation, change, options) => {
    const op = gate.doubt.get(mutation.sentence) ?? `op${++count}`;
    if (gate.doubt.has(mutation.sentence) && options?.recover) {
      const found = await options.recover(op);
      if (found !== undefined) {
        gate.doubt.delete(mutation.sentence);
        return found;
      }
    }
    gate.doubt.set(mutation.sentence, op);
    gate.point?.();
    const answer = await change(checkedWriters(writersOf(adapters as Adapters), mutation, () => undefined).writers, {
      id: op,
      signal,
    });
    gate.point?.();
    gate.doubt.delete(mutation.sentence);
    gate.made.push(mutation);
    return answer;
  };
  gate.context = {
    act,
    undo: { act, signal },
    signal,
    progress: { waiting: () => undefined, output: () => undefined },
  };
  return gate;
}

export const k3sYaml = `apiVersion: v1
kind: Config
clusters:
- name: default
  cluster:
    certificate-authority-data: Q0E=
    server: https://127.0.0.1:6443
contexts:
- name: default
  context: {cluster: default, user: default}
current-context: default
users:
- name: default
  user: {client-certificate-data: Q0E=, client-key-data: Q0E=}
`;

export function fakeSsh(hosts: string[]): Ssh {
  return {
    run: () => Promise.reject(new Error('no command expected')),
    readFile: async (target, path) => {
      hosts.push(target.host);
      return path === '/etc/rancher/k3s/k3s.yaml' ? k3sYaml : 'ready\n';
    },
  };
}
