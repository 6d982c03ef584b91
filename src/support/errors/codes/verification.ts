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
  E6005: entry(
    'check-failed',
    'a round found something',
    'A tether is open, or a probe of the Sovereign is not green. The alert names it once; the exit status stays 3 until it is gone.',
  ),
  E6006: entry(
    'check-failed',
    'a round is incomplete',
    "Nothing was found, but not everything could be checked: the login cannot list a place, no earlier evidence recorded the mother's certificate authorities, or this machine could not observe a probe. What was not checked never counts as clean.",
  ),
  E6007: entry(
    'external',
    'an alert was not accepted',
    'The webhook or the notification-controller of Flux did not accept an alert. The next round sends it again.',
  ),
  E6101: entry(
    'check-failed',
    'the evidence is not valid',
    'The bundle was changed, is not signed by that key, or the result of an item does not follow from its raw data: objects, samples, scans, fingerprints, journal.',
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
  E6111: entry(
    'check-failed',
    'evidence of a newer format',
    'A newer version of catalyst wrote the bundle in a format that this version does not know. What cannot be checked is never accepted: use that version or a later one.',
  ),
  E6112: entry(
    'check-failed',
    'no key to check the evidence with',
    'No public key was given, and this machine knows none of that Sovereign. A key in the same folder may be forged together with the bundle: get the key from whoever runs the Sovereign.',
  ),
} as const satisfies CodesOf<6>;
