/** What follows from what a round has seen and from the round before it. Pure: `verify evidence` comes to the same from a bundle. */
import { type Finding, openFindings } from '../../scans/scan.js';
import { command } from '../../support/commands/command.js';
import { counted } from '../../support/counted.js';
import { shortReason } from '../../support/short-reason.js';
import { type ProbeAnswer, probeAnswers } from './probe-answers.js';
import type { Alarm, RoundSeen, RoundVerdict } from './round.js';

export interface Judged {
  verdict: RoundVerdict;
  alarms: Alarm[];
  returned: string[];
  cleared: Alarm[];
  owed: Alarm[];
  unlooked: string[];
}

export interface Earlier {
  alarms: readonly Alarm[];
  owed: readonly Alarm[];
}

/** @param at when the round ended */
export function judgeRound(seen: RoundSeen, at: string, before: Earlier = { alarms: [], owed: [] }): Judged {
  const answers = probeAnswers(seen);
  const unlooked = unlookedIn(seen, answers);
  const things = foundIn(seen, answers, at);
  const found = [...things, ...blindness(unlooked, at)].sort(byKey);
  const keys = new Set(found.map(({ key }) => key));
  const known = new Map(before.alarms.map((alarm) => [alarm.key, alarm]));
  const missing = before.alarms.filter(({ key }) => !keys.has(key));
  const unseen = missing
    .filter((alarm) => !isGone(alarm, seen, answers))
    .map((alarm) => ({ ...alarm, unseen: true as const }));
  const cleared = missing.filter((alarm) => isGone(alarm, seen, answers)).map(asSeen);
  const open = found.map((alarm) => {
    const { since, told } = known.get(alarm.key) ?? alarm;
    return { ...alarm, since, told };
  });
  return {
    verdict: things.length > 0 ? 'ALERT' : unlooked.length > 0 ? 'INCOMPLETE' : 'CLEAN',
    alarms: [...open, ...unseen].sort(byKey),
    returned: found.filter(({ key }) => !known.has(key)).map(({ key }) => key),
    cleared,
    // Whoever was told that it is there is told that it is gone, unless it is there again.
    owed: [...before.owed, ...cleared].filter(({ key, told }) => !keys.has(key) && told.length > 0),
    unlooked,
  };
}

const byKey = (one: Alarm, other: Alarm) => (one.key < other.key ? -1 : 1);
const asSeen = ({ unseen: _, ...alarm }: Alarm): Alarm => alarm;

function foundIn({ scan }: RoundSeen, answers: readonly ProbeAnswer[], at: string): Alarm[] {
  const alarms = new Map<string, Alarm>();
  for (const finding of openFindings(scan)) {
    const key = keyOf(finding);
    const { where, what, breaks, remedy, grade, source } = finding;
    // The object itself, where it is found too, says more than what it has made.
    if (alarms.has(key) && source !== undefined) continue;
    alarms.set(key, {
      ...{ key, kind: 'tether', where, what, breaks, remedy, since: at, told: [] },
      ...(grade ? { grade } : {}),
    });
  }
  for (const { name, answer, why } of answers) {
    if (answer !== 'failed') continue;
    const key = probeKey(name);
    const breaks = 'the Sovereign does not serve it';
    alarms.set(key, {
      key,
      kind: 'probe',
      where: name,
      what: why,
      breaks,
      remedy: command('status'),
      since: at,
      told: [],
    });
  }
  return [...alarms.values()];
}

/** One alarm, whatever it is that cannot be looked at: whoever waits for news learns that there is none to wait for. */
function blindness(unlooked: readonly string[], at: string): Alarm[] {
  if (unlooked.length === 0) return [];
  const [first = '', ...more] = unlooked.map(shortReason);
  const what = `could not look at ${first}${more.length > 0 ? `, and at ${counted(more.length, 'other place')}` : ''}`;
  const breaks = 'what returns there is not found';
  const remedy = command('verify umbilical');
  return [{ ...{ key: sightKey, kind: 'sight', where: 'verify round', what, breaks, remedy }, since: at, told: [] }];
}

/** Of what another object makes, by that one: Pods come and go under new names. */
function keyOf({ id, where, source }: Finding): string {
  return source !== undefined && id.startsWith(where) ? `${source}${id.slice(where.length)}` : id;
}

/** Of the alarm that a round could not look everywhere. */
export const sightKey = 'sight';
const probeKey = (name: string) => `probe ${name}`;

/** It was not found: is it gone, or was it not looked for? A tether may lie in any place, so that all of them count. */
function isGone({ kind, where }: Alarm, { scan, classes }: RoundSeen, answers: readonly ProbeAnswer[]): boolean {
  // there is one as long as anything could not be looked at
  if (kind === 'sight') return true;
  if (kind === 'tether') return scan.looked.every(({ ok }) => ok);
  if (Object.keys(classes).length === 0) return false;
  const answer = answers.find(({ name }) => name === where);
  return answer === undefined || answer.answer === 'green';
}

function unlookedIn({ scan, notProbed }: RoundSeen, answers: readonly ProbeAnswer[]): string[] {
  const places = scan.looked.filter(({ ok }) => !ok);
  return [
    ...places.map(({ place, error }) => `${place}: ${error}`),
    ...(notProbed === undefined ? [] : [`probes: ${notProbed}`]),
    ...answers.flatMap(({ name, answer, why }) => (answer === 'not observed' ? [`probe ${name}: ${why}`] : [])),
  ];
}
