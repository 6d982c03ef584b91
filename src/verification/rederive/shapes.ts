/** Shapes of what is in a bundle, with bounds: nothing in it makes a reader work for long, or draw without an end. */
import { z } from 'zod';

/** Milliseconds: at most a year. */
const ms = z
  .number()
  .min(0)
  .max(366 * 86_400_000);
const text = z.string().max(200_000);
const at = z.iso.datetime().or(z.iso.datetime({ offset: true }));

const sample = z.looseObject({ probe: text, t: ms, ms, ok: z.boolean() });
const world = z.union([
  z.strictObject({ kind: z.literal('real') }),
  z.strictObject({ kind: z.literal('lab'), id: text, name: text }),
]);

export { at as atShape, sample as sampleShape, text as textShape, world as worldShape };

const exercise = z.looseObject({ name: text, class: text, ok: z.boolean(), from: ms, to: ms, reason: text });
const difference = z.looseObject({ what: text, before: text, after: text });

const count = z.int().min(0).max(1e12);
const flowRow = z.looseObject({
  ...{ to: text, port: text, verdict: text, source: text },
  at: z.array(z.number().min(0).max(1e11)).max(100_000),
});
const nodeFlows = z.looseObject({
  ...{
    node: text,
    by: z.literal('table').optional(),
    from: count.optional(),
    to: count.optional(),
    gaps: count,
    lost: count,
    error: text.optional(),
  },
  rows: z.array(flowRow).max(100_000),
});
const flowsShape = z.looseObject({ nodes: z.array(nodeFlows).max(1000), error: text.optional() });

const experimentShape = z.looseObject({
  startedAt: at,
  window: z.looseObject({
    requestedMs: ms,
    baselineFrom: ms,
    faultAt: ms,
    redAt: ms.optional(),
    undoAt: ms,
    startedAgainAt: ms.optional(),
    endedAt: ms,
  }),
  control: z.looseObject({ name: text, url: text, turnedRed: z.boolean(), redMs: ms }),
  probeClasses: z.record(text, text),
  samples: z.array(sample).max(500_000),
  exercises: z.array(exercise).max(1000),
  notExercised: z.array(z.looseObject({ class: text, reason: text })).max(1000),
  undo: z.looseObject({ job: text, armedBeforeFault: z.boolean(), differences: z.array(text) }),
  protectedDifferences: z.array(difference),
  flows: flowsShape.optional(),
  lab: z.boolean(),
  probes: z.array(z.looseObject({ name: text, class: text, samples: z.number() })).max(1000),
  valid: z.boolean(),
  problems: z.array(text),
  passed: z.boolean(),
});

const item = z.looseObject({
  id: z.string().regex(/^[DW]\d{1,2}$/),
  title: text,
  status: z.enum(['pass', 'fail', 'not-checked', 'left-out']),
  invalid: z.literal(true).optional(),
  reason: text,
  at,
  repeat: text,
});

export const reportShape = z.looseObject({
  fqdn: text,
  verdict: z.enum(['PASS', 'FAIL', 'INVALID', 'PARTIAL']),
  complete: z.boolean(),
  startedAt: at,
  finishedAt: at,
  lab: z.boolean(),
  world,
  items: z.array(item).max(100),
  experiment: experimentShape.optional(),
});

export const stepShape = z.object({
  id: text,
  title: text,
  phase: z.int().min(0).max(100),
  needs: z.array(text),
  ticket: text.optional(),
  blueprint: text.optional(),
  estimateMinutes: z.number().min(0).max(1e6).optional(),
});

export const findingShape = z.looseObject({
  id: text,
  where: text,
  what: text,
  breaks: text,
  remedy: text,
  accepted: text.optional(),
});
