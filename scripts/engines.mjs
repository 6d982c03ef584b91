// npm run engines [NAME…]: builds the servers that a lab on real engines is made of. Run it twice: the second does nothing.
// Exit status: 0 all that is required is there; 1 something required did not build; 3 this machine has no Go or no C compiler to build with.
import { argv, env, exit } from 'node:process';
import { buildEngines } from '../dist/lab/src/engines/build/build.js';
import { hasPowerDns } from '../dist/lab/src/engines/programs/real-powerdns.js';
import { createRedactor } from '../dist/src/support/redact/redact.js';
import { createExec } from '../dist/src/tools/exec/exec.js';

const only = argv.slice(2).filter((name) => !name.startsWith('-'));
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
const say = (text) => console.log(`${new Date().toISOString()} ${text}`);
try {
  const { built, present, failed } = await buildEngines({
    exec: createExec(createRedactor()),
    env,
    signal: stop.signal,
    ...(only.length > 0 ? { only } : {}),
    say,
    keepCaches: argv.includes('--keep-caches'),
  });
  say(`${built.length} built, ${present.length} there already, ${failed.length} missing`);
  for (const { engine, required } of failed) say(`missing: ${engine}${required ? ' (required)' : ' (the lab can do without)'}`);
  if (!hasPowerDns()) say('missing: PowerDNS (the lab emulates it): apt-get install pdns-server pdns-backend-sqlite3');
  exit(failed.some((one) => one.required) ? 1 : 0);
} catch (error) {
  console.error(error.message);
  for (const action of error.actions ?? []) console.error(`  ${action}`);
  exit(error.code === 'E3001' ? 3 : 1);
}
