/** Takes the lock of the folder that is its argument, says so on stdout, and keeps it until it is killed. */
import { takeLock } from '../../../../src/sovereign/state/lock.ts';

const dir = process.argv.at(-1);
takeLock(dir, { command: 'catalyst wizard', run: 'theirs', by: 'them@there', now: new Date('2026-11-23T02:00:00Z') });
process.stdout.write('holds');
setInterval(() => {}, 60_000);
