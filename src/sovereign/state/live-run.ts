/**
 * The file `live.json` of a state folder: what the run that works on this Sovereign shows, for who watches it from another process. It
 * is replaced as a whole and never grows; what counts afterwards is in the journal.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { RunRecord } from '../../engine/record/run-record.js';

export interface LiveRun extends RunRecord {
  /** Path of the log of the run. */
  log?: string;
}

const liveRunPath = (dir: string) => join(dir, 'live.json');

const date = z.iso.datetime().transform((text) => new Date(text));
const named = { id: z.string(), title: z.string() };
const partSchema = z.object({
  group: z.enum(['item', 'probe', 'moment']),
  id: z.string(),
  title: z.string().optional(),
  state: z.enum(['running', 'pass', 'fail', 'not-checked', 'left-out']),
  note: z.string().optional(),
  until: date.optional(),
  at: date,
});
const stepSchema = z.object({
  ...named,
  phase: z.number(),
  needs: z.array(z.string()).optional(),
  expectedMs: z.number().optional(),
  status: z.enum(['pending', 'running', 'done', 'skipped', 'failed', 'interrupted', 'blocked']),
  startedAt: date.optional(),
  ms: z.number().optional(),
  note: z.string().optional(),
  deadline: date.optional(),
  parts: z.array(partSchema),
});
const liveRunSchema = z.object({
  runId: z.string(),
  planHash: z.string(),
  startedAt: date,
  steps: z.array(stepSchema),
  writes: z.number(),
  finished: z.object({ ms: z.number(), ok: z.boolean(), interrupted: z.boolean() }).optional(),
  log: z.string().optional(),
});

/** Replaces it at once, so that a reader has the old or the new one. Throws what the file system throws. */
export function writeLiveRun(dir: string, run: LiveRun): void {
  const path = liveRunPath(dir);
  const draft = `${path}.${process.pid}.new`;
  try {
    writeFileSync(draft, JSON.stringify(run), { mode: 0o600 });
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** For a run that has shown nothing yet: what the one before it has shown is not its own. */
export const forgetLiveRun = (dir: string): void => rmSync(liveRunPath(dir), { force: true });

/** Undefined where there is none, or one of another version of catalyst. */
export function readLiveRun(dir: string): LiveRun | undefined {
  try {
    return liveRunSchema.safeParse(JSON.parse(readFileSync(liveRunPath(dir), 'utf8'))).data;
  } catch {
    return undefined;
  }
}
