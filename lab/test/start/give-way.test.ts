import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { giveWay } from '../../src/start/give-way.js';

test.skipIf(!existsSync('/proc/self/autogroup'))('the session of a lab gives way as far as whoever started it', () => {
  const child = spawn('cat', { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  try {
    const session = () => readFileSync(`/proc/${child.pid}/autogroup`, 'utf8');
    giveWay(child.pid!, 0);
    expect(session()).toMatch(/nice 0$/m);
    giveWay(child.pid!, 10);
    expect(session()).toMatch(/nice 10$/m);
  } finally {
    child.kill();
  }
});

test('where no session can give way, nothing happens', () => {
  expect(() => giveWay(2 ** 30, 10)).not.toThrow();
});
