/** Chart archives by helm: pulled from where they are pinned, pushed to a registry. Nothing here touches a cluster. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Exec } from './exec.js';

export interface HelmCharts {
  /** The archive. Throws E3002 with helm's words when the source does not have it. */
  pull(chart: { source: string; name: string; version: string; insecure?: boolean }): Promise<Buffer>;
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
        await exec({ file: await helm(), args, signal });
        const [file = ''] = await readdir(dir);
        return readFile(join(dir, file));
      }),
    push: (file, bytes, registry, insecure) =>
      inScratch(async (dir) => {
        await writeFile(join(dir, file), bytes);
        const args = ['push', join(dir, file), registry, ...(insecure ? ['--plain-http'] : [])];
        const { stdout, stderr } = await exec({ file: await helm(), args, signal });
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
