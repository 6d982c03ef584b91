/** Chart archives by helm: pulled from where they are pinned, pushed to a registry. Nothing here touches a cluster. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CatalystError, fail, isCatalystError } from '../../support/errors/errors.js';
import type { Exec } from '../exec/exec.js';
import { registryLoginVariables } from '../oci/registry-login.js';

export interface HelmCharts {
  /** The archive. Throws E3204 when the source has no such chart or version, or cannot be reached. */
  pull(chart: {
    source: string;
    name: string;
    version: string;
    insecure?: boolean;
    /** What it must be; compared by src/blueprints/charts/chart-lock.ts. */
    digest?: string;
  }): Promise<Buffer>;
  /** Pushes an archive; answers its digest (`sha256:…`). `registry` is `oci://host/path`. */
  push(file: string, bytes: Buffer, registry: string, insecure: boolean): Promise<string>;
}

export function createHelmCharts(tools: { exec: Exec; helm: () => Promise<string>; signal: AbortSignal }): HelmCharts {
  const { exec, helm, signal } = tools;
  return {
    pull: ({ source, name, version, insecure }) =>
      inScratch(async (dir) => {
        const oci = source.startsWith('oci://');
        const where = oci ? [`${source.replace(/\/$/, '')}/${name}`] : [name, '--repo', source];
        const plain = oci && insecure ? ['--plain-http'] : [];
        const args = ['pull', ...where, '--version', version, '--destination', dir, ...plain];
        try {
          await exec({ file: await helm(), args, signal, inherit: registryLoginVariables });
        } catch (error) {
          throw isCatalystError(error, 'E3002') ? notHad({ source, name, version }, error) : error;
        }
        const [file = ''] = await readdir(dir);
        return readFile(join(dir, file));
      }),
    push: (file, bytes, registry, insecure) =>
      inScratch(async (dir) => {
        await writeFile(join(dir, file), bytes);
        const args = ['push', join(dir, file), registry, ...(insecure ? ['--plain-http'] : [])];
        const { stdout, stderr } = await exec({
          file: await helm(),
          args,
          signal,
          inherit: registryLoginVariables,
        });
        return /Digest:\s*(sha256:[0-9a-f]{64})/.exec(`${stdout}\n${stderr}`)?.[1] ?? '';
      }),
  };
}

async function inScratch<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'catalyst-chart-'));
  try {
    return await work(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

const unknownWords =
  /chart ".*" (version|matching).* not found|no chart (version|name) found|improper constraint|: not found|404 Not Found|manifest unknown|name unknown|invalid_reference/i;

/** Tells a version or chart that is not there from a place that does not answer: the remedy differs. */
function notHad(chart: { source: string; name: string; version: string }, error: CatalystError): CatalystError {
  const { source, name, version } = chart;
  const said = String(error.data.stderr ?? error.message)
    .trim()
    .split('\n')
    .at(-1)!
    .slice(0, 300);
  const unknown = unknownWords.test(said);
  return fail(
    'E3204',
    unknown
      ? `${source} has no chart ${name} of version ${version}: ${said}.`
      : `The chart ${name} ${version} is not available from ${source}: ${said}.`,
    {
      cause: error,
      actions: unknown
        ? [`Correct the version of ${name} in spec.blueprints, or its pin in the Blueprint`]
        : [`Check that this machine reaches ${source}`, 'or name another place in spec.charts.mirror'],
      data: { chart: name, version, source, reason: unknown ? 'unknown' : 'unreachable' },
    },
  );
}
