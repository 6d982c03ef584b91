/** What a tether or a leftover names, and how it may be written. */
import type { Random } from './random.js';

export interface Reference {
  what: string;
  text: string;
}

const fullWidth = (text: string) =>
  text.replace(/[a-z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)).replaceAll('.', '．');
const escapes = (text: string) => text.replaceAll('.', '\\u002e');
const mixedCase = (text: string, random: Random) =>
  [...text].map((letter) => (random.below(2) === 0 ? letter.toUpperCase() : letter)).join('');

const ofHost: readonly [string, (host: string, random: Random) => string][] = [
  ['a name', (host) => host],
  ['an address', (host, random) => `https://${host}/${random.word()}`],
  ['an address with a login', (host, random) => `https://${random.word()}:${random.word()}@${host}:8443/`],
  ['a name with a port', (host) => `${host}:6443`],
  ['a name with a final dot', (host) => `${host}.`],
  ['capitals', (host, random) => mixedCase(host, random)],
  ['percent-encoded', (host, random) => `next=${encodeURIComponent(`https://${host}/${random.word()}`)}`],
  ['a pattern', (host) => `^https?://${host.replaceAll('.', '\\.')}/`],
  ['escaped dots', (host) => escapes(`https://${host}`)],
  ['full-width letters', (host) => fullWidth(host)],
  ['a mailbox', (host, random) => `${random.word()}@${host}`],
  ['an image', (host, random) => `${host}/${random.word()}/${random.word()}:1.2.3`],
  ['an address of Git', (host, random) => `git@${host}:${random.word()}/${random.word()}.git`],
  ['a sentence', (host, random) => `${random.word()} (see ${host}), ${random.word()}`],
  ['a list', (host, random) => `${random.word()}.example,${host};${random.word()}.example`],
  ['a rule', (host) => `Host(\`${host}\`) && PathPrefix(\`/x\`)`],
  ['a forward', (host) => `.:53 {\n  forward . ${host}\n}`],
  ['a subdomain of it', (host, random) => `${random.word()}.${host}`],
];

/** A host, written somehow. */
export function hostReference(host: string, random: Random): Reference {
  const [how, write] = random.pick(ofHost);
  return { what: `${host} as ${how}`, text: write(host, random) };
}

const ofAddress: readonly [string, (address: string, random: Random) => string][] = [
  ['alone', (address) => address],
  ['with a port', (address) => `${address}:443`],
  ['in an address', (address, random) => `http://${address}:8080/${random.word()}`],
  ['with a mask', (address) => `${address}/32`],
  ['in a list', (address) => `10.0.0.1, ${address}, 10.0.0.2`],
  ['mapped into IPv6', (address) => `::ffff:${address}`],
  ['in a sentence', (address, random) => `${random.word()} at ${address}.`],
  ['in a network', (address) => `${address.replace(/\d+$/, '0')}/24`],
];

const ofAddress6: readonly [string, (address: string) => string][] = [
  ['alone', (address) => address],
  ['in brackets', (address) => `[${address}]:443`],
  ['in an address', (address) => `https://[${address}]/x`],
  ['with a mask', (address) => `${address}/128`],
  ['in capitals', (address) => address.toUpperCase()],
  ['in a network', (address) => `${address.replace(/[^:]+$/, '')}/64`],
];

export function addressReference(address: string, random: Random): Reference {
  const [how, write] = address.includes(':') ? random.pick(ofAddress6) : random.pick(ofAddress);
  return { what: `${address} ${how}`, text: write(address, random) };
}
