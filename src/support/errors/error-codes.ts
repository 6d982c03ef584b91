/** Every error code: E1 to E7 and E9, one file of codes/ for each digit. The order is that of the list in `catalyst explain`. */
import { bugCodes } from './codes/bugs.js';
import { commandLineCodes } from './codes/command-line.js';
import { engineCodes } from './codes/engine.js';
import { hetznerCodes } from './codes/hetzner.js';
import { labCodes } from './codes/lab.js';
import { motherCodes } from './codes/mother.js';
import { toolCodes } from './codes/tools.js';
import { verificationCodes } from './codes/verification.js';

export const errorCodes = {
  ...commandLineCodes,
  ...hetznerCodes,
  ...toolCodes,
  ...engineCodes,
  ...motherCodes,
  ...verificationCodes,
  ...labCodes,
  ...bugCodes,
};

export type ErrorCode = keyof typeof errorCodes;
