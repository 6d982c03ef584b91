/**
 * D23: all servers are powered off at once and on again while the outside is denied, and everything comes back without a hand. Whatever
 * happens in between, the servers are powered on; when this process dies, the next run does it (left-off.ts), and the cluster lifts the block.
 */
import type { Part } from '../../engine/events.js';
import { nameServerAddresses } from '../../handover/sovereign/name-server-addresses.js';
import type { Server } from '../../hetzner/api/types.js';
import type { Grade } from '../../scans/grade.js';
import { labConfigMap } from '../../sovereign/lab-mark.js';
import { command } from '../../support/commands/command.js';
import { formatDuration } from '../../support/durations.js';
import { endsTheRun } from '../../support/errors/ends-the-run.js';
import { fail, isCatalystError, messageOf } from '../../support/errors/errors.js';
import { runProbe } from '../../walk/probes/probe-job.js';
import { sealStatus } from '../../walk/proofs/security/unseals-alone.js';
import type { StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import type { Answer } from '../dod/item.js';
import { openIn, reachedOf } from '../experiment/egress/canaries.js';
import { type HeldBlock, holdBlock } from '../experiment/egress/hold-block.js';
import { reconcileAll } from '../experiment/exercises.js';
import { auditSovereign } from '../experiment/mother/audit.js';
import { probesOf } from '../experiment/probes.js';
import type { Probe } from '../experiment/sampler.js';
import { type Outside, openOutside } from './block.js';
import { judgeBlackStart } from './judge.js';
import { orderOf } from './order.js';
import { aheadOf, answersMs, asItWas, type Before, lookAll, untilApiAnswers, untilRecovered } from './recovery.js';
import type { BlackStartSeen, Engine, OffSeen, SealStatus } from './seen.js';
import { otherNodes, ownServers, power, untilOff } from './servers.js';

/** How much longer than the work the armed expiry waits. */
const graceMs = 300_000;

export interface BlackStartOptions {
  lab: boolean;
  /** By --black-start. */
  asked: boolean;
  /** How long nothing runs. */
  offMs: number;
  /** How long everything may take to be back. */
  recoverMs: number;
  /** At which the outside is denied: what the egress windows have proven. */
  grade: Grade;
}

export async function blackStart(world: World, context: StepContext, options: BlackStartOptions): Promise<Answer> {
  const { lab, asked, offMs, recoverMs } = options;
  const engine = lab ? await engineOf(world) : 'none';
  const seen: BlackStartSeen = {
    ...{ engine, asked: asked || takesAlways(engine), offMs, recoverMs },
    ...{ nodes: {}, databases: [], probes: {}, problems: [] },
  };
  if (engine !== 'kubeconfig' && seen.asked) {
    seen.order = await orderOf(world);
    if (seen.order.cycles.length === 0) await observe(world, context, seen, options.grade);
  }
  return { ...judgeBlackStart(seen), evidence: seen };
}

/** Whether it would be taken: in a lab whose machines are its own always, also in one that has no Sovereign yet; elsewhere on request. */
export async function isTaken(world: World, { lab, asked }: { lab: boolean; asked: boolean }): Promise<boolean> {
  if (!lab) return asked;
  return takesAlways(await engineOf(world).catch(() => 'emulated' as const));
}

const takesAlways = (engine: Engine) => engine === 'emulated' || engine === 'kubernetes';

/** Labs of earlier versions have no word about it, and are emulated. */
async function engineOf(world: World): Promise<Engine> {
  const mark = await (await world.kube()).get(labConfigMap);
  return (mark?.data?.engine as Engine | undefined) ?? 'emulated';
}

async function observe(world: World, context: StepContext, seen: BlackStartSeen, grade: Grade): Promise<void> {
  const kube = await world.kube();
  const [servers, nodes] = await Promise.all([ownServers(world), kube.list({ apiVersion: 'v1', kind: 'Node' })]);
  const strange = otherNodes(nodes, servers);
  const down = servers.filter(({ status }) => status !== 'running');
  seen.none =
    servers.length === 0
      ? 'Hetzner has no server of this Sovereign'
      : strange.length > 0
        ? `${strange.join(', ')}: no server of this Sovereign at Hetzner, so it cannot be powered off`
        : down.length > 0
          ? `${down.map(({ name, status }) => `${name} is ${status}`).join(', ')} before anything was powered off`
          : undefined;
  if (seen.none !== undefined) return;
  let held: HeldBlock | undefined;
  try {
    await confirmed(world, context, servers, seen);
    held = holdBlock(world, context, seen.offMs + seen.recoverMs + graceMs);
    await started(world, { ...context, signal: held.signal }, { seen, servers, held, grade });
  } catch (error) {
    (held?.signal ?? context.signal).throwIfAborted();
    if (endsTheRun(error)) throw error;
    if (isCatalystError(error, 'E4006')) seen.none = messageOf(error);
    else seen.problems.push(messageOf(error));
  } finally {
    held?.close();
  }
}

/** Its own confirmation, besides that of the verification: nothing of the Sovereign answers for a while. A lab needs none. */
async function confirmed(
  { sovereign }: World,
  { confirm }: StepContext,
  servers: readonly Server[],
  { engine, offMs, recoverMs }: BlackStartSeen,
): Promise<void> {
  if (engine !== 'none') return;
  const { fqdn } = sovereign.spec;
  if (!confirm)
    throw fail('E4006', `Powering off all servers of ${fqdn} needs a confirmation. None was powered off.`, {
      actions: [command('verify dod', { only: 'D23', 'black-start': true, confirm: fqdn })],
    });
  await confirm({
    what: `This ${confirmClause(fqdn)}`,
    details: [
      `${servers.map(({ name }) => name).join(', ')} lose power at once, without a shutdown, for ${formatDuration(offMs)}.`,
      `Nothing of ${fqdn} answers until everything has started again, which may take up to ${formatDuration(recoverMs)}.`,
      'Until then the outside is denied to its Pods. If this process dies, the next run powers the servers on.',
    ],
  });
}

export const confirmClause = (fqdn: string) => `powers off all servers of ${fqdn} at once`;

interface Ground {
  seen: BlackStartSeen;
  servers: readonly Server[];
  held: HeldBlock;
  grade: Grade;
}

async function started(world: World, context: StepContext, { seen, servers, held, grade }: Ground): Promise<void> {
  const kube = await world.kube();
  const show = (state: Part['state'], note: string, end?: Date) =>
    context.progress.part?.({ group: 'moment', id: 'black start', state, note, until: end });
  // its image is on a node afterwards, where nothing needs to come from elsewhere
  await runProbe<SealStatus>(kube, context, sealStatus);
  const probes = (await probesOf(world, await nameServerAddresses(world))).filter((one) => one.class === 'sovereign');
  const outside = await openOutside(world, context, { held, grade });
  const { hosts, allowed, before: first } = outside;
  if (outside.shared.length > 0) {
    seen.none = `the mother and the list of ${grade} share ${outside.shared.join(', ')}: a block would not tell them apart`;
    return;
  }
  try {
    const during = await outside.deny();
    seen.block = { grade, hosts, allowed, before: first, during };
    if (reachedOf(first, hosts).length === 0 || openIn(during, hosts).length > 0) return;
    const before = await asItWas(kube);
    await offAndOn(world, context, { seen, servers, probes, show });
    await backAgain(world, context, { seen, probes, before, outside, show });
  } finally {
    show('running', 'the block is being lifted');
    await lifted(world, context, { seen, outside });
    show('pass', 'open again');
  }
  seen.block.after = await outside.look();
}

/** How long the API may take to answer before the block is left to the cluster. */
const liftMs = 50_000;

/** Servers that were just powered on take a while to answer; where that is too long, the armed Job lifts the block. */
async function lifted(
  world: World,
  { undo, progress }: StepContext,
  { seen, outside }: { seen: BlackStartSeen; outside: Outside },
): Promise<void> {
  try {
    const { signal } = undo;
    await untilApiAnswers(world, {
      reason: 'to lift the block',
      timeoutMs: liftMs,
      signal,
      onPending: progress.waiting,
    });
    await outside.allow();
  } catch (error) {
    const why = `the egress block was not lifted, the cluster does it when its time is over: ${messageOf(error)}`;
    progress.output(why);
    seen.problems.push(why);
  }
}

type Show = (state: Part['state'], note: string, until?: Date) => void;

/** The servers are on again however it ends. */
async function offAndOn(
  world: World,
  context: StepContext,
  { seen, servers, probes, show }: Pick<Ground, 'seen' | 'servers'> & { probes: readonly Probe[]; show: Show },
): Promise<void> {
  const { clock } = world;
  const off: OffSeen = { from: clock.now().getTime(), to: 0, servers: {}, answered: [] };
  try {
    show('running', `${servers.length} servers are being powered off`);
    await power(
      world,
      context.act,
      servers,
      'off',
      seen.engine === 'none' ? confirmClause(world.sovereign.spec.fqdn) : undefined,
    );
    off.servers = await untilOff(world, context);
    off.from = clock.now().getTime();
    show('running', 'all servers are off', new Date(off.from + seen.offMs));
    const looked = await lookAll(probes, context.signal, Math.min(answersMs, seen.offMs));
    off.answered = looked.filter(({ why }) => why === '').map(({ name }) => name);
    const rest = off.from + seen.offMs - clock.now().getTime();
    if (rest > 0) await clock.sleep(rest, context.signal);
  } finally {
    off.to = clock.now().getTime();
    seen.off = off;
    show('running', 'the servers are being powered on');
    await power(world, context.undo.act, servers, 'on');
  }
}

async function backAgain(
  world: World,
  context: StepContext,
  of: { seen: BlackStartSeen; probes: readonly Probe[]; before: Before; outside: Outside; show: Show },
): Promise<void> {
  const { seen, probes, before, outside, show } = of;
  const { clock } = world;
  show('running', 'on again; everything is to come back', new Date(seen.off!.to + seen.recoverMs));
  const { pending, ...state } = await untilRecovered(world, context, { before, probes, timeoutMs: seen.recoverMs });
  Object.assign(seen, state);
  if (pending === undefined) seen.recoveredAt = clock.now().getTime();
  else seen.pending = pending;
  const kube = await world.kube();
  try {
    seen.seal = await runProbe<SealStatus>(kube, context, sealStatus);
  } catch (error) {
    context.signal.throwIfAborted();
    seen.unreadSeal = messageOf(error);
  }
  if (pending !== undefined) return;
  seen.block!.afterStart = await outside.look();
  try {
    seen.reconciled = await reconcileAll(world, context);
  } catch (error) {
    context.signal.throwIfAborted();
    seen.problems.push(messageOf(error));
  }
  const ahead = await aheadOf(probes, { clock, signal: context.signal });
  const span = { from: seen.off!.from + ahead, to: clock.now().getTime() + ahead };
  seen.audit = await auditSovereign(kube, span).catch((error: unknown) => {
    context.signal.throwIfAborted();
    seen.problems.push(`who else changed the Sovereign could not be read: ${messageOf(error)}`);
    return undefined;
  });
}
