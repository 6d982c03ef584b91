/** What is shown of the credentials: those that a person gives, and how many there are beside them. */
import { expect, it } from 'vitest';
import { credentialsPage } from '../../../../commands/credentials/list.js';
import { layOut } from '../../../../src/cli/text/page.js';
import { plain } from '../../../../src/cli/text/paint.js';

const value = '••••••' as const;
const credentials = [
  { name: 'generated/gitea/gitea-admin/password', source: 'store', value },
  { name: 'hcloud-token', source: 'lab', value, variable: 'HCLOUD_TOKEN' },
];
const lines = (all: { name: string; source: string; value: '••••••' }[], generated: boolean) =>
  layOut(credentialsPage({ credentials: all }, generated), { paint: plain, clean: (text) => text }).split('\n');

it('what catalyst has generated is counted, and shown on request, below the rest', () => {
  expect(lines(credentials, false).slice(1)).toEqual([
    expect.stringMatching(/^hcloud-token +lab +•+ +HCLOUD_TOKEN$/),
    'and 1 that catalyst has generated: catalyst credentials list --generated',
  ]);
  expect(lines(credentials, true).slice(1)).toEqual([
    expect.stringMatching(/^hcloud-token /),
    expect.stringMatching(/^generated\/gitea\/gitea-admin\/password /),
  ]);
  expect(lines(credentials.slice(1), false)).toHaveLength(2);
});
