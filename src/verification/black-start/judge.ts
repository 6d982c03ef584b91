/**
 * Judges a black start. Invalid: the servers were not off, or the outside was not denied. Failed: not everything came back by itself.
 * Pure, so that it is judged again offline.
 */
import { formatDuration } from '../../support/durations.js';
import { type Answer, failed, invalid, leftOut, notChecked, passed } from '../dod/item.js';
import { openIn, reachedOf } from '../experiment/egress/canaries.js';
import { type BlackStartSeen, classesOf, type How } from './seen.js';

export function judgeBlackStart(seen: BlackStartSeen): Answer {
  const { engine, asked, order, none, block, off } = seen;
  if (engine === 'kubeconfig')
    return leftOut('not in this world: the machines of a cluster that exists are not the lab’s');
  if (!asked) {
    if (engine === 'none') return leftOut('it was not asked for: it powers off all servers (--black-start)');
    return notChecked('a lab takes it always, and did not here');
  }
  if (order && order.cycles.length > 0) return failed(`a cycle in the start order: ${order.cycles.join('; ')}`);
  if (none !== undefined) return notChecked(none);
  if (!block || !order) return notChecked(['the servers were not powered off', ...seen.problems].join(': '));
  if (reachedOf(block.before, block.hosts).length === 0)
    return notChecked('a Pod reached nothing outside before the block, so a block would show nothing');
  const wrong = invalidities(seen);
  if (wrong.length > 0) return invalid(wrong.join('; '));
  if (!off) return notChecked(['the servers were not powered off', ...seen.problems].join(': '));
  const problems = failures(seen);
  if (problems.length > 0) return failed(problems.join('; '));
  return passed(
    `${Object.keys(off.servers).length} servers were off at once for ${formatDuration(off.to - off.from)}; ${formatDuration((seen.recoveredAt ?? 0) - off.to)} after the power-on everything was back with the outside denied at ${block.grade}: OpenBao unsealed (${seen.seal?.type}), ${seen.databases.length} databases, ${seen.pods?.total} Pods, ${Object.keys(seen.probes).length} probes; ${seen.reconciled}${notDone(classesOf(engine))}`,
  );
}

/** Nothing follows about the Sovereign. */
function invalidities({ block, off, nodes, pods, audit, recoveredAt }: BlackStartSeen): string[] {
  const on = Object.entries(off?.servers ?? {}).filter(([, status]) => status !== 'off');
  const ranOn = Object.entries(nodes).filter(([, { before, after }]) => after === before);
  const leaks = [
    ['although the block was active', block!.during],
    ['after the start, when the block should still have been active', block!.afterStart],
  ] as const;
  return [
    ...on.map(([name, status]) => `server ${name} was ${status}, not off`),
    ...(off && off.answered.length > 0 ? [`${off.answered.join(', ')} answered while the servers were to be off`] : []),
    ...ranOn.map(([name]) => `node ${name} has not booted again`),
    ...(pods && pods.ranOn.length > 0 ? [`${some(pods.ranOn)} ran on without a restart`] : []),
    ...leaks.flatMap(([when, reach]) => {
      const left = reach ? openIn(reach, block!.hosts) : [];
      return left.length > 0 ? [`${left.join(', ')} ${when}`] : [];
    }),
    ...(recoveredAt !== undefined && !block!.afterStart ? ['whether the outside was still denied was not seen'] : []),
    ...(audit || recoveredAt === undefined ? [] : ['who else changed the Sovereign meanwhile could not be read']),
  ];
}

function failures(seen: BlackStartSeen): string[] {
  const {
    block,
    pending,
    pods,
    seal,
    unreadSeal,
    databases,
    probes,
    reconciled,
    audit = [],
    problems,
    recoverMs,
  } = seen;
  const waiting = databases.filter(({ ready, wanted }) => ready < wanted);
  const red = Object.entries(probes).filter(([, why]) => why !== '');
  const open = block!.hosts.filter((host) => block!.before.hosts[host]?.reached);
  const lost = block!.after ? open.filter((host) => !block!.after!.hosts[host]?.reached) : open;
  return [
    ...(seen.recoveredAt === undefined
      ? [
          `not everything was back ${formatDuration(recoverMs)} after the power-on: ${pending ?? 'it was not looked at'}`,
        ]
      : []),
    ...sealProblems(seal, unreadSeal),
    ...waiting.map(({ name, ready, wanted }) => `database ${name} has ${ready} of ${wanted} replicas ready`),
    ...(pods && pods.notReady.length > 0 ? [`not Ready: ${some(pods.notReady)}`] : []),
    ...red.map(([name, why]) => `${name}: ${why}`),
    ...(reconciled === undefined ? ['Flux has not reconciled everything after the start'] : []),
    ...audit.filter(({ hand }) => hand).map(({ what }) => what),
    ...problems,
    ...(lost.length > 0 ? [`after the block a Pod does not reach ${lost.join(', ')} again`] : []),
  ];
}

/** A store that people unseal, and that is open after its start, was opened by one of them. */
function sealProblems(seal: BlackStartSeen['seal'], unread = 'it was not asked'): string[] {
  if (!seal) return [`whether OpenBao is unsealed is not known: ${unread}`];
  if (!seal.initialized) return ['OpenBao is not initialized after the start'];
  if (seal.sealed) return ['OpenBao stays sealed after the start'];
  return seal.type === 'shamir' ? ['a person unsealed OpenBao: its seal is of type shamir'] : [];
}

const some = (names: readonly string[]) =>
  names.length > 4 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ');

function notDone(classes: Readonly<Record<string, How>>): string {
  const of = (how: How) => Object.keys(classes).filter((name) => classes[name] === how);
  return (['emulated', 'not in this world', 'not denied'] as const)
    .filter((how) => of(how).length > 0)
    .map((how) => `; ${how}: ${of(how).join(', ')}`)
    .join('');
}
