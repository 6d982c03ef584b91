/** One round of the day after: what it saw, what it made of it, and what it has sent. Its file in the bundle is round.json. */
import { z } from 'zod';
import type { Grade } from '../../scans/grade.js';
import type { ScanResult } from '../../scans/scan.js';
import type { WorldIdentity } from '../../sovereign/world-identity.js';
import type { ProbeClass, Sample } from '../experiment/samples.js';
import { atShape, sampleShape, textShape, worldShape } from '../rederive/shapes.js';

/** CLEAN: nothing is open, every place was looked at and every probe is green. INCOMPLETE: nothing was found, and not everything was looked at. */
export const roundVerdicts = ['CLEAN', 'ALERT', 'INCOMPLETE'] as const;
export type RoundVerdict = (typeof roundVerdicts)[number];

/** Something that is not as an independent Sovereign is: a tether that is open, a probe that fails; or that a round cannot look everywhere. */
export interface Alarm {
  /** The same as long as it is the same thing, whichever Pod of it is found. */
  key: string;
  kind: 'tether' | 'probe' | 'sight';
  where: string;
  what: string;
  breaks: string;
  remedy: string;
  grade?: Grade;
  /** When the first round that found it ended; RFC 3339. */
  since: string;
  /** Not found and not gone either: this round could not look. */
  unseen?: true;
  /** Channels that took an alert of it. */
  told: readonly string[];
}

/** What was looked at, raw: everything else of a round follows from it and from the round before. */
export interface RoundSeen {
  scan: ScanResult;
  samples: readonly Sample[];
  /** By name of each probe that was started; empty where none could be. */
  classes: Readonly<Record<string, ProbeClass>>;
  /** Why no probe could be started. */
  notProbed?: string;
}

/** An attempt to send what is new. */
export interface Delivery {
  channel: string;
  /** Keys of alarms. */
  returned: readonly string[];
  cleared: readonly string[];
  sent: boolean;
  error?: string;
}

export interface Round extends Omit<RoundSeen, 'scan'> {
  fqdn: string;
  lab: boolean;
  world: WorldIdentity;
  startedAt: string;
  finishedAt: string;
  verdict: RoundVerdict;
  /** When the handover crossed its point of no return; spans of what the spec accepts count from then. */
  handedOverAt?: string;
  /** What was not looked at in this round, a clause each. */
  unlooked: readonly string[];
  /** All that are open, in order of their keys. */
  alarms: readonly Alarm[];
  /** Keys of those that the round before did not have. */
  returned: readonly string[];
  /** Those of the round before that are gone. */
  cleared: readonly Alarm[];
  /** Gone, and a channel that knows of them has not taken that yet. */
  owed: readonly Alarm[];
  /** What the round before left open and owed; left out for the first. */
  before?: { bundle: string; alarms: readonly Alarm[]; owed: readonly Alarm[] };
  deliveries: readonly Delivery[];
}

const alarms = z
  .array(
    z.looseObject({
      ...{ key: textShape, kind: z.enum(['tether', 'probe', 'sight']), where: textShape, what: textShape },
      ...{ breaks: textShape, remedy: textShape, since: atShape, told: z.array(textShape) },
    }),
  )
  .max(100_000);
const keys = z.array(textShape).max(100_000);

export const roundShape = z.looseObject({
  fqdn: textShape,
  lab: z.boolean(),
  world: worldShape,
  startedAt: atShape,
  finishedAt: atShape,
  verdict: z.enum(roundVerdicts),
  handedOverAt: atShape.optional(),
  samples: z.array(sampleShape).max(100_000),
  classes: z.record(textShape, z.enum(['control', 'sovereign', 'protected', 'witness'])),
  notProbed: textShape.optional(),
  unlooked: keys,
  alarms,
  returned: keys,
  cleared: alarms,
  owed: alarms,
  before: z.looseObject({ bundle: textShape, alarms, owed: alarms }).optional(),
  deliveries: z.array(z.looseObject({ channel: textShape, returned: keys, cleared: keys, sent: z.boolean() })).max(100),
});
