/** The settings of a real Gitea in a lab: those of the tree, less what needs another process. */
import { expect, test } from 'vitest';
import { rendered } from '../../../test/engines/blueprints/rendered.js';
import { giteaSettings } from '../../src/engines/programs/gitea-settings.js';

interface Values {
  gitea: { config: Record<string, Record<string, string | number | boolean>> };
}

/** Section → key → value. */
function parse(text: string): Record<string, Record<string, string>> {
  const sections: Record<string, Record<string, string>> = { '': {} };
  let at = sections['']!;
  for (const line of text.split('\n')) {
    const [, name] = /^\[(.+)\]$/.exec(line) ?? [];
    const [, key, value] = /^(\S+) = (.*)$/.exec(line) ?? [];
    if (name) {
      at = sections[name] ?? {};
      sections[name] = at;
    } else if (key) at[key] = value!;
  }
  return sections;
}

test('what the values set is set, but for the database', async () => {
  const { config } = ((await rendered('bp-gitea', 'solo')).values as Values).gitea;
  const written = parse(giteaSettings({ directory: '/lab/gitea', port: 3000, static: '/static', config }));
  const { database, ...rest } = config;
  expect(Object.keys(rest)).toEqual(expect.arrayContaining(['server', 'service', 'oauth2_client', 'openid']));
  for (const [name, values] of Object.entries(rest))
    for (const [key, value] of Object.entries(values))
      expect(written[name]?.[key], `${name}.${key}`).toBe(String(value));
  expect(database).toMatchObject({ DB_TYPE: 'postgres' });
  expect(written['database']).toMatchObject({ DB_TYPE: 'sqlite3' });
  expect(written['database']).not.toHaveProperty('HOST');
});
