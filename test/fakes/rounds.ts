/** A Sovereign in memory of which one round after the other is taken, while the test changes it in between. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSigner } from '../../src/evidence/signing.js';
import type { Kube, KubeObject } from '../../src/kubernetes/client/kube.js';
import type { HttpChange } from '../../src/tools/http/http.js';
import type { AlertEvent, WebhookBody } from '../../src/verification/rounds/alert.js';
import { openChannels } from '../../src/verification/rounds/channels.js';
import { keepRound, type RoundTaken, takeRound } from '../../src/verification/rounds/take-round.js';
import type { Writers } from '../../src/world/gate/writers.js';
import type { Act } from '../../src/world/step.js';
import type { World } from '../../src/world/world.js';
import { ownGit, type Scanning, scannedWorld } from '../rigged/stages/umbilical.js';
import { orderedClock } from './ordered-clock.js';
import { keeper } from './rehearsed.js';
import type { Served } from './served-cluster.js';

export const hook = 'http://127.0.0.1:4711/services/T0P/S3CR3T-token';

export interface RoundRig {
  world: World;
  kube: Served;
  /** Hosts that answer 503; `readyz` for the API server. */
  down: Set<string>;
  /** What each webhook call and each event of Flux had, in order. */
  posted: WebhookBody[];
  events: AlertEvent[];
  /** Status that the webhook answers with; throws when it is an Error. */
  webhook: { answer: number | Error };
  /** Sentences of what went through the gate. */
  sentences: string[];
  act: Act;
  /** Takes a round and keeps it. */
  round(): Promise<RoundTaken & { bundle: string }>;
  put(...objects: KubeObject[]): void;
  remove(...objects: KubeObject[]): void;
}

export interface RoundSetting extends Scanning {
  objects?: readonly KubeObject[];
  alerts?: { webhook?: boolean; flux?: boolean };
}

export async function roundRig({
  objects = [],
  alerts = { webhook: true },
  ...scanning
}: RoundSetting = {}): Promise<RoundRig> {
  const clock = orderedClock();
  const spec = { ...scanning.spec, alerts };
  const scanned = await scannedWorld([ownGit(), ...objects], { ...scanning, spec });
  const kube = (await scanned.kube()) as Served & { -readonly [K in keyof Kube]: Kube[K] };
  const down = new Set<string>();
  const list = kube.raw;
  kube.raw = async (path, how) =>
    path === '/readyz' ? { status: down.has('readyz') ? 503 : 200, body: '' } : list(path, how);
  const kept = keeper();
  await kept.set('alert-webhook', hook);
  const world = {
    ...scanned,
    clock,
    stateDir: join(mkdtempSync(join(tmpdir(), 'catalyst-rounds-')), scanned.sovereign.spec.fqdn),
    identity: async () => ({ kind: 'lab' as const, id: '1f', name: 'default' }),
    credentials: { ...kept, get: async (name: string) => (await kept.find(name))! },
    http: async ({ url }: { url: string }) => ({
      status: down.has(new URL(url).host) ? 503 : 200,
      headers: {},
      text: '',
    }),
  } as unknown as World;
  const rig = { posted: [], events: [], sentences: [], webhook: { answer: 200 } } as unknown as RoundRig;
  const act = actOf(rig);
  const round = async () => {
    const channels = await openChannels(world, true);
    const startWitness = async () => ({ url: 'http://127.0.0.1:1/', stop: async () => undefined });
    const taken = await takeRound(world, { channels, act, startWitness, times: { monotonic: clock.passedMs } });
    return { ...taken, bundle: await keepRound(world, taken) };
  };
  return Object.assign(rig, {
    ...{ world, kube, down, act, round },
    put: (...more: KubeObject[]) => more.forEach(kube.put),
    remove: (...gone: KubeObject[]) => {
      for (const { kind, metadata } of gone)
        kube.objects.delete(`${kind} ${metadata.namespace ? `${metadata.namespace}/` : ''}${metadata.name}`);
    },
  });
}

function actOf(rig: RoundRig): Act {
  const bodyOf = (request: unknown) => JSON.parse(String((request as HttpChange).body));
  const writers = {
    webhook: async (request: unknown) => {
      if (rig.webhook.answer instanceof Error) throw rig.webhook.answer;
      if (rig.webhook.answer < 300) rig.posted.push(bodyOf(request));
      return { status: rig.webhook.answer, headers: {}, text: '' };
    },
    service: () => async (request: unknown) => {
      rig.events.push(bodyOf(request));
      return { status: 202, headers: {}, text: '' };
    },
  } as unknown as Writers;
  return async (mutation, change) => {
    rig.sentences.push(mutation.sentence);
    return change(writers, { id: 'op', signal: new AbortController().signal });
  };
}

/** The key that this Sovereign's evidence is signed with. */
export const keyOf = async ({ world }: RoundRig) => (await openSigner(world.credentials)).publicKey;
