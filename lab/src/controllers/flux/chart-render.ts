/** Renders a chart with the real helm, once per chart, values and known APIs. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { hashOf } from 'catalyst/support/hash.js';
import { parseYamlStream } from 'catalyst/support/yaml/read-yaml.js';
import type { Exec } from 'catalyst/tools/exec/exec.js';
import pLimit from 'p-limit';

export interface RenderRequest {
  archive: { file: string; digest: string };
  releaseName: string;
  namespace: string;
  values: Record<string, unknown>;
  /** `group/version` and `group/version/Kind` that the cluster serves. */
  apiVersions: readonly string[];
  kubeVersion: string;
  isUpgrade: boolean;
}

export interface Rendered {
  /** From the chart's crds/ folder. */
  crds: KubeObject[];
  /** Hooks, with the events they belong to. */
  hooks: { events: string[]; object: KubeObject }[];
  objects: KubeObject[];
  /** Text of `objects`, for the release record. */
  manifest: string;
}

export interface ChartRenderer {
  render(request: RenderRequest, signal: AbortSignal): Promise<Rendered>;
}

export function createChartRenderer(options: {
  exec: Exec;
  helm: () => Promise<string>;
  cacheDir: string;
}): ChartRenderer {
  const limit = pLimit(2);

  async function text(request: RenderRequest, signal: AbortSignal): Promise<string> {
    const { archive, ...rest } = request;
    const file = join(options.cacheDir, 'rendered', `${hashOf({ ...rest, digest: archive.digest })}.yaml`);
    const cached = await readFile(file, 'utf8').catch(() => undefined);
    if (cached !== undefined) return cached;
    const args = ['template', request.releaseName, archive.file, '--namespace', request.namespace];
    args.push('--include-crds', '--kube-version', request.kubeVersion, '--values', '-');
    if (request.isUpgrade) args.push('--is-upgrade');
    if (request.apiVersions.length > 0) args.push('--api-versions', request.apiVersions.join(','));
    const { stdout } = await options.exec({
      file: await options.helm(),
      args,
      stdin: JSON.stringify(request.values),
      timeoutMs: 60_000,
      signal,
    });
    await mkdir(join(options.cacheDir, 'rendered'), { recursive: true });
    // values may hold secrets of the lab
    await writeFile(file, stdout, { mode: 0o600 });
    return stdout;
  }

  return { render: (request, signal) => limit(async () => sortOut(await text(request, signal))) };
}

function sortOut(text: string): Rendered {
  const rendered: Rendered = { crds: [], hooks: [], objects: [], manifest: '' };
  const kept: string[] = [];
  for (const document of text.split(/^---\s*$/m)) {
    const [object] = parseYamlStream(document) as (KubeObject | undefined)[];
    if (!object?.kind) continue;
    const objects = object.kind === 'List' ? (object.items as KubeObject[]) : [object];
    const events = String(object.metadata?.annotations?.['helm.sh/hook'] ?? '');
    if (/^# Source: [^\n]*\/crds\//m.test(document)) rendered.crds.push(...objects);
    else if (events) rendered.hooks.push({ events: events.split(',').map((event) => event.trim()), object });
    else {
      rendered.objects.push(...objects);
      kept.push(document);
    }
  }
  rendered.manifest = kept.join('---');
  return rendered;
}
