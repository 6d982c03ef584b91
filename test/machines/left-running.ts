/** Started by death.test.ts as a process of its own: a server that nobody looks after. Arguments: finished machine, empty folder. */
import { startMachine } from '../../lab/src/machines/machine.js';

const [machine = '', folder = ''] = process.argv.slice(2);
await startMachine({ machine, folder, name: 'left-running', address: '10.0.1.1/16', files: {} }).ended;
