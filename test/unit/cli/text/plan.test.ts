/** The plan on a terminal: counts first, changes apart from probes, the timeline where it is seen. */
import { describe, expect, it } from 'vitest';
import { timelineOf } from '../../../../src/actions/timeline.js';
import { planText } from '../../../../src/cli/text/plan.js';
import type { PlannedMutation } from '../../../../src/engine/plan.js';

const one = (step: string, sentence: string, probe?: true): PlannedMutation => ({
  step,
  target: { system: 'sovereign', kind: 'ConfigMap', name: sentence },
  sentence,
  ...(probe && { probe }),
});
const gitea = [one('#376', 'install gitea'), one('#376', 'push a commit', true), one('#376', 'delete it', true)];
const valkey = [one('bp-valkey', 'write a key', true)];
const planOf = (mutations: PlannedMutation[]) => ({
  hash: 'abcdef0123456789',
  mutations,
  working: [],
  file: '/p.json',
});

describe('a plan', () => {
  it('counts changes and probes apart, before any sentence', () => {
    expect(planText(planOf([...gitea, ...valkey])).split('\n')).toEqual([
      '1 change in 1 step; 3 probes in 2 steps, which the proofs make and remove again: plan abcdef012345, saved to /p.json',
      '--verbose lists the probes',
      '',
      '#376',
      '  install gitea',
      '  and 2 probes of its proof',
      'only proven again: bp-valkey',
    ]);
  });

  it('of a Sovereign that has everything has nothing to change, and three lines', () => {
    const text = planText(planOf(valkey));
    expect(text).toMatch(/^Nothing to change; 1 probe in 1 step, which the proofs/);
    expect(text).not.toContain('write a key');
    expect(planText(planOf([]))).toBe('Nothing to change: plan abcdef012345, saved to /p.json');
  });

  it('lists probes with --verbose, each named as one', () => {
    const text = planText(planOf([...gitea, ...valkey]), { verbose: true });
    expect(text).toContain(
      '#376\n  install gitea\n  probe: push a commit\n  probe: delete it\nbp-valkey\n  probe: write',
    );
    expect(text).not.toContain('--verbose');
  });

  it('ends with its timeline where that was asked for: the list would push it off the screen', () => {
    const plan = { ...planOf(gitea), timeline: timelineOf() };
    const lines = planText(plan).split('\n');
    expect(lines[1]).toBe('for every change, leave out --timeline · --verbose lists the probes');
    expect(lines.at(-1)).toMatch(/^serial .* critical path/);
    expect(planText(plan, { verbose: true })).toContain('  install gitea');
  });
});
