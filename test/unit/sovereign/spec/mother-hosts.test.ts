import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { motherDomain, motherHostsIn } from '../../../../src/sovereign/spec/mother-hosts.js';
import { omantel } from '../../../fakes/fake-world.js';

const upstream = JSON.parse(readFileSync(join(import.meta.dirname, 'upstream-mother-hosts.json'), 'utf8')) as {
  hosts: Record<string, string>;
  notHosts: string[];
};
const { mother } = omantel().spec;

describe('hosts of the mother', () => {
  it.each(Object.keys(upstream.hosts))(
    '%s, which upstream points a Sovereign at, is known and found in any text',
    (host) => {
      expect(mother.hosts).toContain(host);
      expect(motherHostsIn(`url: https://${host}/v2/proxy`, mother)).toEqual([host]);
    },
  );

  it.each(upstream.notHosts)('%s is a group or a label key', (name) => {
    expect(motherHostsIn(`{"metadata":{"labels":{"${name}":"x"}},"kind":"${name}"}`, mother)).toEqual([]);
  });

  it('one that no list has is found by her domain', () => {
    const text = 'image: registry-eu.openova.io/x:1, relay smtp.mail2.openova.io:587, and noreply@openova.io';
    expect(motherHostsIn(text, mother)).toEqual(['registry-eu.openova.io', 'smtp.mail2.openova.io']);
    expect(motherHostsIn('notopenova.io console.openova.io.example.org', { ...mother, hosts: [] })).toEqual([]);
    expect(motherHostsIn('{"new.openova.io/mark": "x"}', mother)).toEqual([]);
  });

  it('has a domain only where the console has a name below one', () => {
    expect(motherDomain(mother)).toBe('openova.io');
    const at = (consoleUrl: string) => motherDomain({ ...mother, catalyst: { ...mother.catalyst, consoleUrl } });
    expect([at('https://console.lan'), at('https://192.0.2.10')]).toEqual([undefined, undefined]);
  });
});
