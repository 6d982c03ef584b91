/** Every fault that a lab can be given, in one sentence each. */
import type { Fault } from './faults.js';

const words: Record<Fault['kind'], string> = {
  status: 'a call is answered with --status (default 503) and --body',
  reset: 'the connection is reset before a call acts',
  'reset-after': 'a call acts, and its answer is lost',
  delay: 'a call waits for --ms (default 1000)',
  truncate: 'an answer ends half-way',
  'stuck-action': 'an action at Hetzner never ends; target: its command, such as create_server',
  'failed-action': 'an action at Hetzner fails; target: its command',
  'lost-watch-events': 'a watch of Kubernetes misses a change; target: Kind/name',
  'sealed-openbao': 'OpenBao is sealed',
  'lost-delegation': 'the parent zone answers without the delegation; target: the name',
  'changed-page': 'a page of the mother has another text; target: its host',
  'broken-proof': 'a probe of a proof fails; target: its name',
  'not-ready': 'a Pod is not ready; target: namespace/name',
  'due-undo': 'an undo that is armed on the mother acts at once; target: its name',
  'refused-trailers': 'Object Storage refuses checksums in trailers',
  'mother-off':
    'the mother is switched off: neither her API nor her pages nor her PowerDNS answer; her name servers do',
};

export const faultKinds = Object.entries(words).map(([kind, what]) => ({ kind, what }));
