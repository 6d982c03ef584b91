// npm run machines: builds the root file system in which the boot test starts servers. Run it twice: the second does nothing.
// npm run machines -- dns: also the programs of the name servers, which only `npm run test:complete` starts.
// Exit status: 0 it is there; 1 it did not build; 3 it cannot be built on this machine, or no server be started from it.
import { argv, env, exit, getuid } from 'node:process';
import { buildDns, buildMachine } from '../dist/lab/src/machines/build/build.js';
import { missingForMachines } from '../dist/lab/src/machines/machine.js';
import { createRedactor } from '../dist/src/support/redact/redact.js';
import { createExec } from '../dist/src/tools/exec/exec.js';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
const say = (text) => console.log(`${new Date().toISOString()} ${text}`);
const exec = createExec(createRedactor());
try {
  const options = { exec, env, signal: stop.signal, say, uid: getuid?.() ?? -1 };
  const { folder, built } = await (argv.includes('dns') ? buildDns : buildMachine)(options);
  say(`${built ? 'built' : 'there already'}: ${folder}`);
  const missing = await missingForMachines(exec, env);
  if (missing) console.error(`No server can be started here: ${missing}`);
  exit(missing ? 3 : 0);
} catch (error) {
  console.error(error.message);
  for (const action of error.actions ?? []) console.error(`  ${action}`);
  exit(error.code === 'E3001' ? 3 : 1);
}
