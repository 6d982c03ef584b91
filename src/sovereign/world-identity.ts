/** Whether this is a lab, and which: read from what is served, never from how an address is spelled (docs/decisions/0011). */
import type { Clock } from '../support/clock.js';
import { command } from '../support/commands/command.js';
import { fail, messageOf } from '../support/errors/errors.js';
import { within } from '../support/wait.js';
import type { LabMark } from './lab-mark.js';

export type WorldIdentity = { kind: 'real' } | ({ kind: 'lab' } & LabMark);

/** Something whose answers carry the lab's mark. */
export interface MarkedEndpoint {
  /** As a person knows it: "the Hetzner API", "the mother cluster". */
  what: string;
  /** Undefined: no lab's. Rejects when it cannot be read. */
  read: () => Promise<LabMark | undefined>;
}

/** Longer than any answer takes; an endpoint that is down must not hold up those that answer. */
export const answerMs = 10_000;

/**
 * @param endpoints what is configured; with none, nothing can be reached and the world is real
 * @param expected the lab named by --lab: every endpoint must be that lab's
 * @throws E1411 when the endpoints are not all of one world; E1412 when none of them could be read
 */
export async function readWorldIdentity(
  endpoints: readonly MarkedEndpoint[],
  { clock, signal, expected }: { clock: Clock; signal: AbortSignal; expected?: LabMark },
): Promise<WorldIdentity> {
  const readings = await Promise.all(endpoints.map((one) => readWithin(one, clock, signal)));
  const seen = readings.flatMap((one) => ('mark' in one ? [one] : []));
  const lost = readings.flatMap((one) => ('why' in one ? [`${one.what}: ${one.why}`] : []));
  if (seen.length === 0 && lost.length > 0) {
    throw fail('E1412', `Could not determine whether this is a lab; no endpoint answered. ${lost.join('; ')}`, {
      actions: [command('preflight')],
    });
  }
  const [first] = seen;
  const wanted = expected ?? first?.mark;
  const strange = seen.filter(({ mark }) => mark?.id !== wanted?.id);
  if (strange.length > 0) {
    const found = seen.map(({ what, mark }) => `${what} belongs to ${nameOf(mark)}`).join('; ');
    const rule = expected
      ? `This command uses ${nameOf(expected)} and nothing else`
      : 'The endpoints belong to different worlds';
    throw fail('E1411', `${rule}: ${found}.`, {
      actions: [
        'use only --lab NAME for a lab, without kubeconfigs and endpoints of anything else',
        'for a real Sovereign, check --kubeconfig, --mother-kubeconfig and the endpoints in the spec',
      ],
      data: { endpoints: seen.map(({ what, mark }) => ({ what, lab: mark?.name, id: mark?.id })) },
    });
  }
  return wanted ? { kind: 'lab', id: wanted.id, name: wanted.name } : { kind: 'real' };
}

type Reading = { what: string; mark: LabMark | undefined } | { what: string; why: string };

async function readWithin({ what, read }: MarkedEndpoint, clock: Clock, signal: AbortSignal): Promise<Reading> {
  try {
    return { what, mark: await within(read(), { clock, signal, ms: answerMs }) };
  } catch (error) {
    signal.throwIfAborted();
    return { what, why: messageOf(error) };
  }
}

function nameOf(mark: LabMark | undefined): string {
  return mark ? `the lab ${mark.name} (${mark.id.slice(0, 8)})` : 'the real world';
}
