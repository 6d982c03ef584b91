/** What catalyst loads of the lab when somebody types `--lab`. */
export { ensureLab } from './ensure.js';
