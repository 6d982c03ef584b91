/** Prints where the helm is that catalyst would use. */
import { findBinary } from '../dist/src/tools/binaries.js';

console.log(JSON.stringify({ helmPath: await findBinary('helm', { env: process.env }) }));
