/** What is ordered: by what Hetzner sells that day, and by what the Blueprints ask of the servers together. */
import { describe, expect, it } from 'vitest';
import { loadBalancerTypes, serverTypes } from '../../../../../lab/src/hetzner/catalog.js';
import type { LoadBalancerType, ServerType } from '../../../../../src/hetzner/api/offerings.js';
import type { Existing, Offers } from '../../../../../src/hetzner/cluster/capacity/candidates.js';
import { chooseTypes } from '../../../../../src/hetzner/cluster/capacity/choose-types.js';
import { omantel } from '../../../../fakes/fake-world.js';

const now = new Date('2026-11-29T12:00:00Z');
const free = { controlPlane: { count: 1 }, workers: { count: 0 } };
const ending = (unavailable_after: string) => ({ announced: '2026-06-05T00:00:00Z', unavailable_after });

/** The lab's catalog; `ends` by name, `out` of stock everywhere. */
function offers({ ends = {}, out = [] }: { ends?: Record<string, string>; out?: string[] } = {}): Offers {
  const until = (name: string) => (ends[name] ? ending(ends[name]) : null);
  const servers = serverTypes.map(
    (type): ServerType => ({
      ...type,
      locations: type.locations.map((one) => ({
        ...one,
        deprecation: ends[type.name] ? until(type.name) : one.deprecation,
        available: one.available && !out.includes(type.name),
      })),
    }),
  );
  const balancers = loadBalancerTypes.map((type): LoadBalancerType => ({ ...type, deprecation: until(type.name) }));
  return { serverTypes: servers, balancerTypes: balancers, location: 'fsn1', now };
}
const choose = (hetzner: Record<string, unknown>, given: Offers = offers(), existing?: Existing) => {
  const { controlPlane, worker, loadBalancer, warnings } = chooseTypes(given, omantel(hetzner).spec, existing);
  return { types: [controlPlane.name, worker?.name, loadBalancer.name], warnings };
};
const type = (name: string) => serverTypes.find((one) => one.name === name)!;

describe('without a type in the spec', () => {
  it('the cheapest on sale that carries the Blueprints is taken', () => {
    expect(choose(free)).toEqual({ types: ['cx53', undefined, 'lb11'], warnings: [] });
    expect(choose(free, offers({ out: ['cx53'] })).types[0]).toBe('cpx62');
    expect(choose(free, { ...offers(), location: 'ash' }).types[0]).toBe('cpx62');
    expect(choose(free, { ...offers({ out: ['cx53'] }), location: 'nbg1' }).types[0]).toBe('ccx33');
  });

  it('workers count toward the memory that is needed', () => {
    expect(choose({ controlPlane: { count: 1 }, workers: { count: 2 } }).types).toEqual(['cx43', 'cx33', 'lb11']);
    expect(choose({ controlPlane: { count: 3 }, workers: { count: 0 } }).types).toEqual(['cx43', undefined, 'lb11']);
  });

  it('what is announced to end is taken only when nothing else fits, and told', () => {
    expect(choose(free, offers({ ends: { cx53: '2027-03-01T00:00:00Z' } }))).toEqual({
      types: ['cpx62', undefined, 'lb11'],
      warnings: [],
    });
    const all = { cx53: '2027-03-01T00:00:00Z', lb11: '2027-04-01T00:00:00Z' };
    const only = offers({ ends: all, out: ['cpx62', 'ccx33', 'ccx43'] });
    expect(choose(free, { ...only, balancerTypes: only.balancerTypes.slice(0, 1) })).toEqual({
      types: ['cx53', undefined, 'lb11'],
      warnings: [
        expect.stringContaining('cx53 is available in fsn1 only until 2027-03-01'),
        expect.stringContaining('lb11 is available in fsn1 only until 2027-04-01'),
      ],
    });
  });

  it('names the locations that have one when nothing fits', () => {
    const nothing = offers({ out: serverTypes.map(({ name }) => name).filter((name) => name !== 'cpx62') });
    expect(() => choose(free, { ...nothing, location: 'nbg1' })).toThrow(
      expect.objectContaining({
        code: 'E2002',
        actions: [
          expect.stringMatching(/^set spec\.hetzner\.location to one of: fsn1 \(cpx62\), /),
          expect.any(String),
        ],
      }),
    );
  });

  it('a role that has servers goes on with their type, as long as it is sold', () => {
    const existing = { controlPlane: { type: type('cpx42'), missing: 1 } };
    const three = { controlPlane: { count: 3 }, workers: { count: 0 } };
    expect(choose(three, offers(), existing).types[0]).toBe('cpx42');
    expect(choose(three, offers({ out: ['cpx42'] }), existing).types[0]).toBe('cx43');
    const whole = { controlPlane: { type: type('cpx42'), missing: 0 } };
    expect(choose(three, offers({ out: ['cpx42'] }), whole).types[0]).toBe('cpx42');
  });
});

describe('a type in the spec', () => {
  const named = (name: string) => ({ controlPlane: { type: name, count: 1 }, workers: { count: 0 } });

  it('that is announced to end is ordered until its day, with a warning, and refused after it', () => {
    expect(choose(named('cx53'), offers({ ends: { cx53: '2027-03-01T00:00:00Z' } }))).toMatchObject({
      types: ['cx53', undefined, 'lb11'],
      warnings: [expect.stringContaining('until 2027-03-01')],
    });
    expect(() => choose(named('cx53'), offers({ ends: { cx53: '2026-11-29T00:00:00Z' } }))).toThrow(
      expect.objectContaining({
        code: 'E2005',
        message: 'cx53 is retired in fsn1: it could be ordered until 2026-11-29.',
        actions: expect.arrayContaining([expect.stringMatching(/^set spec\.hetzner\.controlPlane\.type to one of: /)]),
      }),
    );
  });

  it('of the load balancer follows the same rule', () => {
    const lb = (name: string) => ({ ...free, loadBalancer: { type: name } });
    expect(choose(lb('lb21')).types[2]).toBe('lb21');
    const retired = offers({ ends: { lb11: '2026-11-01T00:00:00Z' } });
    expect(choose(free, retired).types[2]).toBe('lb21');
    expect(() => choose(lb('lb11'), retired)).toThrow(/lb11 is retired: it could be ordered until 2026-11-01/);
    expect(choose(lb('lb11'), offers({ ends: { lb11: '2027-01-01T00:00:00Z' } })).warnings).toEqual([
      expect.stringContaining('lb11 is available in fsn1 only until 2027-01-01'),
    ]);
    expect(() => choose(lb('lb99'))).toThrow(/no load balancer type lb99/);
  });

  it('that is too small for the Blueprints is refused with both numbers and what would do', () => {
    expect(() => choose(named('cx43'))).toThrow(
      expect.objectContaining({
        code: 'E2005',
        message: expect.stringContaining('16 GB of memory together; the Blueprints of profile solo need 32 GB'),
        actions: expect.arrayContaining([expect.stringContaining('set spec.hetzner.controlPlane.type to cx53')]),
      }),
    );
    // Memory is there, disks are not: volumes are directories on them.
    const disks = {
      ...offers(),
      serverTypes: serverTypes.map((one) => ({ ...one, disk: one.name === 'cx53' ? 160 : one.disk })),
    };
    expect(() => choose(named('cx53'), disks)).toThrow(/120\.0 GiB of disk for Pods; .* request 131 GiB/);
  });
});
