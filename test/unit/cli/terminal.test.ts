/** Names and messages that other systems choose, as a person's terminal gets them. */
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { purgePlanText } from '../../../src/actions/purge/plan.js';
import { toJson } from '../../../src/cli/command/envelope.js';
import { createOutput } from '../../../src/cli/command/output.js';
import { createRenderer } from '../../../src/cli/renderers/choose.js';
import { layOut } from '../../../src/cli/text/page.js';
import { plain } from '../../../src/cli/text/paint.js';
import type { RunEvent } from '../../../src/engine/events.js';
import { resourceTypes } from '../../../src/hetzner/api/types.js';
import type { Inventory } from '../../../src/hetzner/purge/plan/inventory.js';
import { selectLeftovers } from '../../../src/hetzner/purge/select/select.js';
import { systemClock } from '../../../src/support/clock.js';
import { printable } from '../../../src/support/printable.js';
import { createRedactor } from '../../../src/support/redact/redact.js';

/** OSC 0 (title), CSI 2 J (clear), the one-character CSI, CR and a false line, a right-to-left override. */
const hostile = '\u001b]0;owned\u0007\u001b[2J\u009b31m\r\n✔ all is well\u202egnp';
const control = /(?!\n)[\p{Cc}\p{Cf}]/u;
const step = { id: hostile, title: hostile, phase: 0 };
const at = new Date(0);
const esc = '\u001b';
const events: RunEvent[] = [
  { type: 'run-started', at, runId: 'abc', planHash: 'def', steps: [step] },
  { type: 'started', at, step },
  { type: 'output', at, step, reason: hostile },
  { type: 'failed', at, step, ms: 1, error: new Error(hostile) },
];

function sink() {
  const stream = new PassThrough() as unknown as NodeJS.WriteStream & PassThrough;
  return { stream, text: () => String((stream as unknown as PassThrough).read() ?? '') };
}

describe('the terminal never gets a control character of others', () => {
  it('from data, notes and warnings', () => {
    const written: string[] = [];
    const to = { write: (text: string) => written.push(text) };
    const output = createOutput({ json: false, stdout: to, stderr: to, redactor: createRedactor() });
    output.print(hostile);
    output.note(hostile);
    output.warn(hostile);
    expect(written).toHaveLength(3);
    for (const text of [...written, ...output.warnings]) expect(text).not.toMatch(control);
  });

  it('from the JSON document, which still has the same value', () => {
    const json = toJson({ name: hostile });
    expect(json).not.toMatch(control);
    expect(JSON.parse(json)).toEqual({ name: hostile });
  });

  it('from events, in lines and in the live tree', async () => {
    for (const kind of ['lines', 'live'] as const) {
      const { stream, text } = sink();
      const tools = { stderr: stream, redactor: createRedactor(), clock: systemClock, color: false };
      const renderer = createRenderer(kind, tools);
      for (const event of events) renderer.handle(event);
      await renderer.close();
      renderer.say(hostile);
      // Those that redraw the tree are the only ones.
      const own = ['[2K', '[G', '[K'].map((code) => `${esc}${code}`);
      const shown = own
        .reduce((rest, code) => rest.replaceAll(code, ''), text())
        .replaceAll(new RegExp(`${esc}\\[\\d+[AB]`, 'g'), '');
      expect(shown.match(/owned/g)?.length, kind).toBeGreaterThan(1);
      expect(shown, kind).not.toMatch(control);
    }
  });

  it('from tables and from the list that is confirmed before a purge', () => {
    const table = layOut([{ table: { head: ['name'], rows: [[hostile]] } }], { paint: plain, clean: printable });
    expect(table).not.toMatch(control);
    expect(table.split('\n')).toHaveLength(2);
    const image = {
      id: 7,
      name: null,
      description: hostile,
      labels: {},
      created: '2026-01-01T00:00:00Z',
      type: 'snapshot',
    };
    const inventory = {
      ...Object.fromEntries(resourceTypes.map((type) => [type, []])),
      image: [image],
    } as never as Inventory;
    const selection = { fqdn: 'a.b.c', includeLive: false, zones: false, snapshots: true, unprotect: [] };
    const plan = { selection, project: 'p', endpoint: 'e', currency: 'EUR', hash: 'h', file: 'f', at: '' };
    const text = purgePlanText({ ...plan, resources: selectLeftovers(inventory, selection) } as never);
    expect(text).toContain('owned');
    expect(text).not.toMatch(control);
    expect(text.split('\n').some((line) => line.startsWith('✔'))).toBe(false);
  });
});
