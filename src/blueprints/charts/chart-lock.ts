/**
 * The digests of chart archives: pinned by the Blueprint where its upstream publishes one, else recorded at the first pull, in
 * charts.lock.json of the Sovereign's state folder. From then on another archive under the same name and version is refused, whether it
 * comes from its source or from a mirror.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writePrivateFile } from '../../sovereign/state/state-dir.js';
import { fail, messageOf } from '../../support/errors/errors.js';
import { readRegularFile } from '../../support/files/read-regular-file.js';
import { sha256 } from '../../support/hash.js';
import type { HelmCharts } from '../../tools/helm/helm-charts.js';
import type { ChartPin } from '../catalog/blueprint.js';

type Chart = Pick<ChartPin, 'name' | 'version' | 'digest'>;
type Pull = Pick<HelmCharts, 'pull'>;

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const lockSchema = z.strictObject({
  version: z.literal(1),
  /** By `name version`. */
  charts: z.record(z.string(), z.strictObject({ digest, from: z.string(), at: z.string() })),
});
type Lock = z.output<typeof lockSchema>;

export interface ChartLock {
  /** `sha256:…` of the archive, by pin or record; undefined when it was never pulled. Throws E3022 when the lock cannot be read. */
  expected(chart: Chart): string | undefined;
  record(chart: Chart, digest: string, from: string): void;
}

export function chartLock(stateDir: string, now: () => Date): ChartLock {
  const path = join(stateDir, 'charts.lock.json');
  const keyOf = ({ name, version }: Chart) => `${name} ${version}`;
  return {
    expected: (chart) => chart.digest ?? readLock(path).charts[keyOf(chart)]?.digest,
    record(chart, seen, from) {
      const { charts } = readLock(path);
      const lock: Lock = {
        version: 1,
        charts: { ...charts, [keyOf(chart)]: { digest: seen, from, at: now().toISOString() } },
      };
      writePrivateFile(path, `${JSON.stringify(lock, null, 2)}\n`);
    },
  };
}

/** `charts` with every archive held to its digest. `keep`: record what is pulled for the first time. Throws E3021 for another archive. */
export function verifiedCharts<C extends Pull>(charts: C, lock: ChartLock, { keep }: { keep: boolean }): C {
  return {
    ...charts,
    async pull(chart) {
      const bytes = await charts.pull(chart);
      const seen = `sha256:${sha256(bytes)}`;
      const expected = lock.expected(chart);
      if (expected === undefined) {
        if (keep) lock.record(chart, seen, chart.source);
      } else if (seen !== expected) throw otherArchive(chart, seen, expected);
      return bytes;
    },
  };
}

function otherArchive({ name, version, source }: ChartPin, seen: string, expected: string) {
  return fail(
    'E3021',
    `${source} serves another archive for chart ${name} ${version} than before: ${seen} instead of ${expected}.`,
    {
      actions: [
        'ask the publisher of the chart whether it was published again under the same version',
        'or choose another version: spec.blueprints.<blueprint>.version',
      ],
      data: { chart: name, version, source, seen, expected },
    },
  );
}

function readLock(path: string): Lock {
  if (!existsSync(path)) return { version: 1, charts: {} };
  try {
    return lockSchema.parse(JSON.parse(readRegularFile(path, { maxBytes: 2 ** 20 }).toString()));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? (cause.issues[0]?.message ?? '') : messageOf(cause);
    throw fail('E3022', `${path} is not a record of chart digests: ${why}.`, {
      actions: [`restore ${path} from a backup`, `or remove it: catalyst records every chart again at its next pull`],
      cause,
    });
  }
}
