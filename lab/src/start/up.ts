/** `catalyst lab up|status`: the lab's facts as the contract names them (product.md §4). */
import type { Context } from 'catalyst/actions/session/context.js';
import { command } from 'catalyst/support/commands/command.js';
import { fail } from 'catalyst/support/errors/errors.js';
import type { FaultRule } from '../requests/faults.js';
import { callLab, type EnsureOptions, ensureLab, findLab } from './ensure.js';
import type { LabInfo } from './lab-info.js';

type LabContext = Pick<Context, 'env' | 'signal' | 'output'>;
type StartContext = LabContext & Pick<Context, 'would'>;

/** What lab.json says, without the address and token of its control. */
export type LabResult = Omit<LabInfo, 'control'>;

export interface LabStatus extends LabResult {
  up: true;
  faults: (FaultRule & { id: string; used: number })[];
  /** What the lab says of its parts. */
  world: Record<string, unknown>;
}

/** Undefined in a dry-run where it is not up. Throws E7001, E7003, and of clusters that exist E7005, E7006. */
export async function labUp(
  context: StartContext,
  name: string,
  how: Pick<EnsureOptions, 'engine' | 'clusters' | 'confirm'> = {},
): Promise<LabResult | undefined> {
  const { env, signal, output } = context;
  const found = await findLab(env, name);
  if (!found && context.would(`start the lab ${name}`)) return undefined;
  return resultOf(await ensureLab({ name, env, signal, ...how, note: output.note }));
}

/** Throws E7002 when it is not up. */
export async function labStatus(context: LabContext, name: string): Promise<LabStatus> {
  const info = await runningLab(context, name);
  const { faults, ...world } = (await callLab(info, 'GET', '/status')).body;
  return { ...resultOf(info), up: true, faults: faults as LabStatus['faults'], world };
}

export async function runningLab(context: Pick<Context, 'env'>, name: string): Promise<LabInfo> {
  const info = await findLab(context.env, name);
  if (!info) throw fail('E7002', `The lab ${name} is not up.`, { actions: [command('lab up', name)] });
  return info;
}

/** lab.json without what only `catalyst lab` itself needs. */
function resultOf({ control: _, ...result }: LabInfo): LabResult {
  return result;
}

/** For a person. */
export function labText(result: LabResult): string {
  const rows = [
    ['spec', result.spec],
    ...Object.entries(result.endpoints),
    ['kubeconfig mother', result.kubeconfigs.mother],
    ['kubeconfig sovereign', result.kubeconfigs.sovereign],
    ['request log', result.requestLog],
    ['CA', result.ca],
  ] as [string, string][];
  const width = Math.max(...rows.map(([key]) => key.length));
  return [
    `lab ${result.name} is up (${result.engine})`,
    ...rows.map(([key, value]) => `  ${key.padEnd(width)}  ${value}`),
  ].join('\n');
}
