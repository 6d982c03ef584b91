/** What an alert says: the event that Flux's notification-controller takes, with a text for people. Pure. */
import { command } from '../../support/commands/command.js';
import { counted } from '../../support/counted.js';
import type { Alarm } from './round.js';

/** As fluxcd/pkg/apis/event/v1beta1 has it. */
export interface AlertEvent {
  involvedObject: { apiVersion: string; kind: string; namespace: string; name: string };
  severity: 'error' | 'info';
  /** RFC 3339. */
  timestamp: string;
  reason: 'TetherReturned' | 'ProbeFailed' | 'LookIncomplete' | 'AlarmCleared' | 'Test';
  message: string;
  reportingController: 'catalyst';
  reportingInstance: string;
}

/** What a webhook gets beside that: the text under the name that chat servers read, and the same as data. */
export interface WebhookBody extends AlertEvent {
  text: string;
  sovereign: string;
  returned: AlarmLine[];
  cleared: AlarmLine[];
  /** Commands to type. */
  next: string[];
}

export type AlarmLine = Omit<Alarm, 'told' | 'unseen'>;

export interface News {
  fqdn: string;
  /** When the round ended. */
  at: string;
  runId: string;
  returned: readonly Alarm[];
  cleared: readonly Alarm[];
  /** Nothing is new: it is to show that alerts arrive. */
  test?: true;
}

/** What the Sovereign's Flux reads: there once it has left its mother, and one object whatever the tree has. */
export const involvedObject = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  namespace: 'flux-system',
  name: 'flux-system',
} as const;

/** So many are spelled out; the evidence has all. */
const most = 20;

export function alertEvent(news: News): AlertEvent {
  const { at, runId, returned, test } = news;
  return {
    involvedObject,
    // A test goes wherever an alert would.
    severity: returned.length > 0 || test ? 'error' : 'info',
    timestamp: at,
    reason: test ? 'Test' : reasonOf(returned),
    message: messageOf(news),
    reportingController: 'catalyst',
    reportingInstance: `run ${runId}`,
  };
}

export function webhookBody(news: News): WebhookBody {
  const event = alertEvent(news);
  const line = ({ told: _told, unseen: _unseen, ...alarm }: Alarm): AlarmLine => alarm;
  return {
    ...event,
    text: event.message,
    sovereign: news.fqdn,
    returned: news.returned.map(line),
    cleared: news.cleared.map(line),
    next: nextOf(news),
  };
}

function reasonOf(returned: News['returned']): AlertEvent['reason'] {
  if (returned.length === 0) return 'AlarmCleared';
  const has = (wanted: Alarm['kind']) => returned.some(({ kind }) => kind === wanted);
  if (has('tether')) return 'TetherReturned';
  return has('probe') ? 'ProbeFailed' : 'LookIncomplete';
}

/** `2 tethers, 1 failing probe, an incomplete look`. */
export function alarmCount(alarms: readonly Pick<Alarm, 'kind'>[]): string {
  const of = (wanted: Alarm['kind']) => alarms.filter(({ kind }) => kind === wanted).length;
  return [
    ...(of('tether') > 0 ? [counted(of('tether'), 'tether')] : []),
    ...(of('probe') > 0 ? [counted(of('probe'), 'failing probe')] : []),
    ...(of('sight') > 0 ? ['an incomplete look'] : []),
  ].join(', ');
}

function messageOf(news: News): string {
  const { fqdn, returned, cleared, test, at } = news;
  if (test) return `${fqdn}: a test of ${at}: alerts of verify round arrive here`;
  const heads = [
    ...(returned.length > 0 ? [`${alarmCount(returned)} found`] : []),
    ...(cleared.length > 0 ? [`${alarmCount(cleared)} cleared`] : []),
  ];
  return [
    `${fqdn}: ${heads.join('; ')}`,
    ...listed(returned.map(alarmText)),
    ...listed(cleared.map(({ where, what }) => `cleared: ${where}: ${what}`)),
    ...nextOf(news).map((one) => `next: ${one}`),
  ].join('\n');
}

function alarmText({ where, what, grade, breaks, remedy }: Alarm): string {
  return `${where}: ${what}${grade ? ` (breaks ${grade})` : ''}; ${breaks}; remedy: ${remedy}`;
}

function nextOf({ fqdn, returned }: News): string[] {
  if (returned.length === 0) return [command('evidence show', { history: true, sovereign: fqdn })];
  const has = (kind: Alarm['kind']) => returned.some((alarm) => alarm.kind === kind);
  return [
    ...(has('tether') || has('sight') ? [command('verify umbilical', { sovereign: fqdn })] : []),
    ...(has('probe') ? [command('status', { sovereign: fqdn })] : []),
  ];
}

function listed(lines: readonly string[]): string[] {
  return lines.length > most ? [...lines.slice(0, most), `and ${lines.length - most} more`] : [...lines];
}
