/** `verify round`: the day after, from any scheduler. Reads only, but for the alert; E6005 or E6006 when it is not clean, E6007 when an alert was not taken. */
import { ifMade } from '../../engine/dry-run.js';
import type { Protects } from '../../engine/protects.js';
import { gradeText, possibleGrade } from '../../scans/grade.js';
import type { ScanResult } from '../../scans/scan.js';
import { command } from '../../support/commands/command.js';
import { counted } from '../../support/counted.js';
import { fail, messageOf } from '../../support/errors/errors.js';
import { shortReason } from '../../support/short-reason.js';
import { requireSovereign } from '../../verification/dod/mother-lost.js';
import { alarmCount } from '../../verification/rounds/alert.js';
import { type Channel, openChannels } from '../../verification/rounds/channels.js';
import { type ProbeAnswer, probeAnswers } from '../../verification/rounds/probe-answers.js';
import type { Round } from '../../verification/rounds/round.js';
import { keepRound, type RoundTaken, takeRound } from '../../verification/rounds/take-round.js';
import type { Act } from '../../world/step.js';
import type { Context } from '../session/context.js';
import { openSession, type Session } from '../session/session.js';

export interface RoundResult
  extends Pick<
      Round,
      'fqdn' | 'verdict' | 'startedAt' | 'finishedAt' | 'alarms' | 'returned' | 'cleared' | 'unlooked' | 'deliveries'
    >,
    Pick<ScanResult, 'findings' | 'looked'> {
  /** The highest grade that the scan leaves possible. */
  grade: string;
  probes: ProbeAnswer[];
  /** What no scan looks at. */
  never: NonNullable<ScanResult['unlooked']>;
  /** Path; empty in a dry-run. */
  bundle: string;
}

/** Takes the Sovereign's lock: a round amid another run would look at what that one is changing. `show` is called with every round. */
export async function verifyRound(context: Context, show: (result: RoundResult) => void): Promise<RoundResult> {
  const session = await openSession(context);
  const { world } = session;
  await requireSovereign(world);
  const channels = await openChannels(world, (await world.identity()).kind === 'lab');
  warnOfChannels(context, channels, (await world.credentials.find('alert-webhook')) !== undefined);
  const taken = await takeRound(world, { channels, act: await alertAct(session) });
  for (const why of taken.refused) context.output.warn(`Earlier evidence was left out: ${why}`);
  const bundle = context.options.dryRun ? '' : await keepRound(world, taken);
  const result = resultOf(taken, bundle);
  show(result);
  for (const { channel, error } of context.options.dryRun ? [] : result.deliveries.filter(({ sent }) => !sent))
    context.output.warn(`The alert was not sent (${channel}): ${error} The next round sends it.`);
  const error = roundError(result, context.options.dryRun);
  if (error) throw error;
  return result;
}

export interface AlertTested {
  channels: { channel: string; sent: boolean; error?: string }[];
}

/** Sends a test by each channel and looks at nothing. Throws E1001 where the spec names none, E6007 when one does not take it. */
export async function testAlert(context: Context): Promise<AlertTested> {
  const session = await openSession(context);
  const { world } = session;
  const channels = await openChannels(world, (await world.identity()).kind === 'lab');
  if (channels.length === 0)
    throw fail('E1001', 'The spec names no channel for alerts.', {
      actions: [command('explain', 'spec.alerts'), 'set spec.alerts.webhook or spec.alerts.flux'],
    });
  const act = await alertAct(session);
  const { fqdn } = world.sovereign.spec;
  const about = { fqdn, at: world.clock.now().toISOString(), runId: world.runId, returned: [], cleared: [] };
  const tried: AlertTested['channels'] = [];
  for (const { name, send } of channels) {
    // undefined in a dry-run
    const taken = await ifMade(send(act, { ...about, test: true }).then(() => true)).catch(messageOf);
    context.signal.throwIfAborted();
    tried.push({ channel: name, sent: taken === true, ...(typeof taken === 'string' ? { error: taken } : {}) });
  }
  const failed = tried.find(({ error }) => error !== undefined);
  if (failed) throw notTaken(failed, { channels: tried });
  return { channels: tried };
}

const notTaken = ({ channel, error }: { channel: string; error?: string }, result: unknown) =>
  fail('E6007', `The alert was not accepted (${channel}): ${error}`, {
    actions: [command('verify round', { 'test-alert': true })],
    data: { result },
  });

function warnOfChannels({ output }: Context, channels: readonly Channel[], hasUrl: boolean): void {
  const webhook = channels.some(({ name }) => name === 'webhook');
  if (channels.length === 0)
    output.warn(
      'Nothing is sent when a tether returns: set spec.alerts.webhook or spec.alerts.flux; the exit status shows it.',
    );
  if (hasUrl && !webhook) output.warn('The credential alert-webhook is not used: spec.alerts.webhook is not true.');
}

/** The gate of a command that sends alerts and nothing else; no protected object is read for it. */
async function alertAct({ world, openGate, journal }: Session): Promise<Act> {
  const protects: Protects = ({ target: { system, kind } }) =>
    (system === 'webhook' && kind === 'Webhook') || (system === 'sovereign' && kind === 'Event')
      ? undefined
      : 'A round changes nothing.';
  const { signal, undoSignal } = world;
  const gate = openGate({ journal: await journal(), signal, undoSignal, protects });
  return gate.forStep({ id: 'verify-round', phase: 8 }).act;
}

function resultOf({ round, scan }: RoundTaken, bundle: string): RoundResult {
  const { fqdn, verdict, startedAt, finishedAt, alarms, returned, cleared, unlooked, deliveries } = round;
  return {
    ...{ fqdn, verdict, startedAt, finishedAt, alarms, returned, cleared, unlooked, deliveries },
    ...{ findings: scan.findings, looked: scan.looked, never: scan.unlooked ?? [] },
    grade: gradeText(possibleGrade(scan)),
    probes: probeAnswers(round),
    bundle,
  };
}

function roundError(result: RoundResult, dryRun: boolean) {
  const { fqdn, verdict, alarms, unlooked, deliveries } = result;
  const data = { result };
  const seen = alarms.filter(({ unseen, kind }) => !unseen && kind !== 'sight');
  if (verdict === 'ALERT') {
    const first = seen.slice(0, 4).map(({ where, what }) => `${where}: ${shortReason(what)}`);
    const more = seen.length > first.length ? `; and ${seen.length - first.length} more` : '';
    const unseen = unlooked.length > 0 ? `; ${counted(unlooked.length, 'place')} not looked at` : '';
    return fail('E6005', `${fqdn}: ${alarmCount(seen)}: ${first.join('; ')}${more}${unseen}.`, {
      actions: [...new Set(seen.map(({ remedy }) => remedy))].slice(0, 3),
      data,
    });
  }
  if (verdict === 'INCOMPLETE')
    return fail(
      'E6006',
      `${fqdn}: nothing found, but not everything was looked at: ${unlooked.slice(0, 4).map(shortReason).join('; ')}.`,
      {
        actions: [command('verify umbilical')],
        data,
      },
    );
  const failed = deliveries.find(({ sent }) => !sent);
  if (!failed || dryRun) return undefined;
  return notTaken(failed, result);
}
