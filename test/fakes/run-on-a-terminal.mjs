// Draws a run on the terminal that it is started on, as compiled. Each letter on stdin does something; the title of the window
// then says which letter was done, so that a test knows when to look.
import { createLiveRenderer } from '../../dist/src/cli/renderers/live.js';

const at = new Date(2026, 10, 23, 14, 32, 10);
const steps = Array.from({ length: 30 }, (_, index) => ({
  id: `bp-${index}`,
  title: `Blueprint ${index}`,
  phase: index % 9,
}));
const running = steps.filter(({ phase }) => phase === 2);
let draw = () => {};
const renderer = createLiveRenderer({
  stderr: process.stderr,
  redactor: { redact: (text) => text },
  clock: { now: () => new Date(at.getTime() + 41_000) },
  color: true,
  fqdn: 'omantel.omani.works',
  every: (each) => {
    draw = each;
    return () => {};
  },
});
const emit = (type, step, more = {}) => renderer.handle({ type, at, step, ...more });
const deadline = (minutes) => new Date(at.getTime() + minutes * 60_000);

const letters = {
  s: () => renderer.handle({ type: 'run-started', at, runId: '7f3c00aa', planHash: '91ab0000', steps }),
  w: () => {
    for (const step of running) emit('started', step);
    running.forEach((step, index) => {
      emit('waiting', step, { reason: `Deployment ${step.id}/web 0/1 — 待機中 ${'x'.repeat(120)}`, deadline: deadline(9 - index) });
    });
  },
  d: () => {
    for (const step of steps.filter(({ phase }) => phase === 0)) {
      emit('started', step);
      emit('done', step, { ms: 6000, summary: 'proven' });
    }
  },
  f: () => emit('failed', running[0], { ms: 5, error: new Error('bucket is foreign') }),
  // What a terminal echoes at an interrupt, and what catalyst answers.
  c: () => {
    process.stderr.write('^C');
    renderer.say('Stopping.');
  },
  q: async () => {
    const goOn = renderer.hold();
    process.stderr.write('Type the name: ');
    process.stderr.write('omantel\r\n');
    goOn();
  },
  x: async () => {
    renderer.handle({ type: 'run-finished', at, ok: true, ms: 41_000 });
    await renderer.close();
    process.exitCode = 0;
    process.stdin.pause();
  },
};

// After the tree's own listener, which the first run has added.
process.stderr.on('resize', () => {
  setImmediate(() => process.stdout.write(`\u001b]0;${process.stderr.columns}x${process.stderr.rows}\u0007`));
});
process.stdin.setRawMode(true);
process.stdin.on('data', async (data) => {
  for (const letter of String(data)) {
    await letters[letter]();
    await new Promise(setImmediate);
    draw();
    process.stdout.write(`\u001b]0;did ${letter}\u0007`);
  }
});
process.stdout.write('\u001b]0;ready\u0007');
