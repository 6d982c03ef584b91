/**
 * The sums that servers are chosen by, beside what the tree itself asks for: every change of a request, a volume or a number of replicas
 * shows here. What a chart adds by itself is little; it was in the sums when they were taken from the rendered charts.
 */
import { expect, test } from 'vitest';
import { renderTree } from '../../../../../src/blueprints/render/render.js';
import { requirementsText } from '../../../../../src/hetzner/cluster/capacity/requirements.js';
import type { KubeObject } from '../../../../../src/kubernetes/client/kube.js';
import { blueprints, omantel } from '../../../blueprints/rig.js';

type Profile = 'solo' | 'ha';
type Fields = KubeObject[string];

const servers = { solo: 1, ha: 3 } as const;
/** Release and path of values that are those of a DaemonSet. */
const onEveryServer = [
  ...['bp-cilium.resources', 'bp-cilium.envoy', 'bp-traefik', 'dnsdist', 'bp-grafana-alloy', 'bp-velero.nodeAgent'],
  ...['bp-spire.spire-agent', 'bp-spire.spiffe-csi-driver'],
];
/** Ends before what stays begins, or comes for a moment; `trivy` is of the Jobs that scan. */
const forAMoment = /initcontainers|hooks|^bp-trivy\.trivy\./i;
const shortLived = ['Job', 'CronJob', 'ClusterPolicy'];
const volumeKeys = ['size', 'requestedSize'];
/** In the chart's own values. */
const volumeOfCatalystApi = 1;

const cores = (text: unknown) => (String(text).endsWith('m') ? Number.parseFloat(String(text)) / 1000 : Number(text));
const units: Record<string, number> = { Mi: 2 ** -10, Gi: 1 };
function gib(text: unknown): number {
  const [, amount, unit = ''] = /^([\d.]+)(Mi|Gi)$/.exec(String(text)) ?? [];
  if (!amount) throw new Error(`${text} is no amount of memory that this test can read`);
  return Number(amount) * units[unit]!;
}

/** How often what these values describe is there, as the charts of the tree spell it. */
const replicasIn = (values: Fields): unknown =>
  values['replicas'] ??
  values['replicaCount'] ??
  values['instances'] ??
  values['ha']?.replicas ??
  values['config']?.cluster?.replicas;

async function stated(profile: Profile): Promise<{ cpu: number; memory: number; volumes: number }> {
  const tree = renderTree(
    omantel(() => ({ profile })),
    await blueprints(),
  );
  const sum = { cpu: 0, memory: 0, volumes: volumeOfCatalystApi };
  function look(value: unknown, path: string, times: number): void {
    if (typeof value !== 'object' || value === null) return;
    const fields = value as Fields;
    const own = replicasIn(fields);
    const everywhere = onEveryServer.some((one) => path === one || path.startsWith(`${one}.`));
    const count = everywhere ? servers[profile] : typeof own === 'number' ? own : times;
    const { requests } = fields;
    if (requests?.cpu) sum.cpu += count * cores(requests.cpu);
    if (requests?.memory) sum.memory += count * gib(requests.memory);
    for (const key of volumeKeys) if (/^\d+Gi$/.test(String(fields[key]))) sum.volumes += count * gib(fields[key]);
    for (const [key, each] of Object.entries(fields))
      if (!forAMoment.test(`${path}.${key}.`)) look(each, `${path}.${key}`, count);
  }
  for (const { kind, metadata, spec } of tree.folders.flatMap(({ files }) => files.flatMap(({ objects }) => objects)))
    if (!shortLived.includes(kind)) look(kind === 'HelmRelease' ? spec.values : spec, metadata.name, 1);
  return sum;
}

function required(profile: Profile) {
  const [, cpu, memory, volumes] = /^([\d.]+) CPU, ([\d.]+) GiB of memory and (\d+) GiB/.exec(
    requirementsText(omantel(() => ({ profile })).spec),
  )!;
  return { cpu: Number(cpu), memory: Number(memory), volumes: Number(volumes) };
}

test.each(['solo', 'ha'] as const)('%s: the servers are chosen by what the Blueprints ask for', async (profile) => {
  const [asked, known] = [await stated(profile), required(profile)];
  expect(known.volumes).toBe(asked.volumes);
  // what a chart adds that no value names, and a tenth to either side for the rounding
  for (const what of ['cpu', 'memory'] as const) {
    expect(known[what], what).toBeGreaterThan(asked[what] - 0.1);
    expect(known[what], what).toBeLessThan(asked[what] * 1.04 + 0.1);
  }
});
