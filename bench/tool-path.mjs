/** Where the helm or kubectl is that catalyst would use. */
import { createBinaries } from '../dist/src/tools/exec/binaries.js';
import { createExec } from '../dist/src/tools/exec/exec.js';
import { cacheDir } from '../dist/src/sovereign/state/state-dir.js';
import { createRedactor } from '../dist/src/support/redact/redact.js';

const { env } = process;
const binaries = createBinaries({ exec: createExec(createRedactor()), env, cacheDir: cacheDir(env) });

export const toolPath = (tool) => binaries.path(tool);
