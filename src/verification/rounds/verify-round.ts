/** Checks the bundle of a round offline: that its files agree, and that what it says follows from what it has seen and from the round before. */
import type { z } from 'zod';
import { type Predicate, reportPaths } from '../../evidence/bundle.js';
import type { ScanResult } from '../../scans/scan.js';
import { sovereignSchema } from '../../sovereign/spec/schema.js';
import { checkShape } from '../../support/check-shape.js';
import { hashOf } from '../../support/hash.js';
import { asTheSpecAccepts } from '../rederive/judge-items.js';
import { paths, scansShape } from '../rederive/raw-bundle.js';
import { judgeRound } from './judge.js';
import { type Alarm, type Round, roundShape } from './round.js';

export interface RoundFiles {
  round: Round;
  scan: ScanResult;
}

/** Throws an Error, a clause, at the first thing that is not so. */
export function checkRound(text: (path: string) => string | undefined, predicate: Predicate): RoundFiles {
  const read = <S extends z.ZodType>(path: string, shape: S): z.output<S> => {
    const { data } = checkShape(shape, JSON.parse(String(text(path))));
    if (data === undefined) throw new Error(`its ${path} is not what catalyst writes`);
    return data;
  };
  const round = read(reportPaths.round, roundShape) as unknown as Round;
  const sovereign = read(paths.spec, sovereignSchema);
  const { umbilical } = read(paths.scans, scansShape);
  if (!umbilical) throw new Error('it has no umbilical scan');
  const scan = asTheSpecAccepts(
    { sovereign, handover: { pointOfNoReturnAt: round.handedOverAt } },
    umbilical as unknown as ScanResult,
    round.finishedAt,
  );
  const { fqdn } = predicate;
  for (const [path, name] of [
    [reportPaths.round, round.fqdn],
    [paths.spec, sovereign.spec.fqdn],
  ] as const)
    if (name !== fqdn) throw new Error(`its statement is about ${fqdn}, its ${path} about ${name}`);
  if (
    hashOf(round.world) !== hashOf(predicate.world) ||
    round.lab !== predicate.lab ||
    round.lab !== (round.world.kind === 'lab')
  )
    throw new Error('the world of its round is not that of its statement');
  if (predicate.at !== round.finishedAt) throw new Error('its statement and its round ended at different times');
  if (Date.parse(round.startedAt) > Date.parse(round.finishedAt)) throw new Error('its round ended before it began');
  if (predicate.verdict !== round.verdict) throw new Error('its statement has another verdict than its round');
  compare(round, scan);
  return { round, scan };
}

/** What a round may have more than what follows: who was told, which is what became of its deliveries. */
function compare(round: Round, scan: ScanResult): void {
  const again = judgeRound({ ...round, scan }, round.finishedAt, round.before);
  if (again.verdict !== round.verdict)
    throw new Error(`its verdict is ${round.verdict}, but what it has seen gives ${again.verdict}`);
  const keys = (list: readonly Alarm[]) => list.map(({ key, since }) => `${key} ${since}`).join('\n');
  const differs = (one: readonly unknown[], other: readonly unknown[]) => hashOf(one) !== hashOf(other);
  if (keys(again.alarms) !== keys(round.alarms)) throw new Error('what it says is open is not what it has seen');
  if (differs(again.returned, round.returned))
    throw new Error('what it says returned does not follow from the round before');
  if (keys(again.cleared) !== keys(round.cleared))
    throw new Error('what it states as gone does not follow from the previous round');
  if (differs(again.unlooked, round.unlooked))
    throw new Error('the places that it states as not looked at are not those of its scan');
}
