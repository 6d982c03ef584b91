/** What catalyst loads of the lab when somebody types `--lab`. */
export { ensureLab } from './start/ensure.js';
