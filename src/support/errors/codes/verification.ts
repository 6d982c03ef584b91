/** E6: verification, evidence. */
import { type CodesOf, entry } from './entry.js';

export const verificationCodes = {
  E6001: entry('check-failed', 'the verdict is FAIL', 'At least one item of the Definition of Done failed.'),
  E6002: entry(
    'invalid',
    'the verdict is INVALID',
    'The experiment did not do what it claims: the negative control never turned red, the baseline was not green, or a probe could not have failed.',
  ),
  E6003: entry(
    'check-failed',
    'the verdict is PARTIAL',
    'What was checked passed, but some items could not be checked. A check that did not run is never a pass.',
  ),
  E6004: entry(
    'check-failed',
    'there are findings',
    'The scan found references or leftovers, or could not read a place. Each finding has its place, what it breaks and the remedy.',
  ),
  E6101: entry(
    'check-failed',
    'the evidence is not valid',
    'The bundle was changed, is not signed by that key, or its verdict does not follow from its samples.',
  ),
  E6102: entry(
    'usage',
    'there is no evidence',
    'No evidence bundle was found for this Sovereign, or the file is not one.',
  ),
  E6110: entry(
    'check-failed',
    'not a complete evidence bundle',
    'The file is not a plain tar of regular files, each once, as catalyst writes it, or it is larger than evidence can be. A link, a device, a compressed archive or a damaged file proves nothing.',
  ),
} as const satisfies CodesOf<6>;
