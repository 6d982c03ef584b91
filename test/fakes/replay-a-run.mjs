// A command that replays the events of runs, one after the other, on the terminal that it is started on, and ends as they did: the
// whole way of a real command, without a world. It waits for a key in the middle of each, so that a test can change the window, and
// after each, so that a test can look; the title of the window says where it is.
import { CatalystCommand } from '../../dist/src/cli/command/base-command.js';
import { errorText } from '../../dist/src/cli/text/error.js';
import { asTyped, invocationOf } from '../../dist/src/cli/text/invocation.js';
import { paintIf } from '../../dist/src/cli/text/paint.js';
import { fail } from '../../dist/src/support/errors/errors.js';
import { endings } from './endings.mjs';

const [, , root, ...only] = process.argv;
const tell = (title) => process.stdout.write(`\u001b]0;${title}\u0007`);
const invocation = invocationOf([], process.env);
const keys = [];
let wanted;
// After the tree's own listener, which each run adds.
process.stderr.on('resize', () => setTimeout(() => tell(`${process.stderr.columns}x${process.stderr.rows}`), 150));
process.stdin.setRawMode?.(true);
process.stdin.on('data', () => (wanted ? wanted() : keys.push('key')));

/** A key, once what was drawn before has had its turn. */
async function key(title) {
  await new Promise((resolve) => setTimeout(resolve, 150));
  tell(title);
  if (keys.pop()) return;
  await new Promise((resolve) => {
    wanted = resolve;
  });
  wanted = undefined;
}

class Replay extends CatalystCommand {
  async run() {
    const { context } = await this.open(Replay);
    const { halves, ending, error } = endings[Replay.replayed];
    await context.spec();
    await context.journal();
    const emit = (event) => context.emit(event.error ? { ...event, error: new Error(event.error) } : event);
    for (const event of halves[0]) emit(event);
    await key('half');
    for (const event of halves[1]) emit(event);
    if (error) throw fail(error.code, error.message, error);
    context.ending(ending);
    return {};
  }
}

Replay.id = 'replay';
for (const name of only.length > 0 ? only : Object.keys(endings)) {
  Replay.replayed = name;
  let code = 0;
  // The terminal as it is when it is opened.
  process.stdout.write('\u001bc');
  try {
    await Replay.run(endings[name].argv ?? [], { root });
  } catch (thrown) {
    code = thrown.exitCode ?? 1;
    const paint = paintIf(process.stderr.isTTY && !process.env.NO_COLOR);
    const typed = (text) => asTyped(text, invocation);
    process.stderr.write(errorText(thrown, { paint, typed, columns: process.stderr.columns || 80 }));
  }
  await key(`ended ${code}`);
}
process.exit();
