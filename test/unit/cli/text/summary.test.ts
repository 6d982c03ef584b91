import { expect, it } from 'vitest';
import { layOut } from '../../../../src/cli/text/page.js';
import { plain } from '../../../../src/cli/text/paint.js';
import { type Summary, summaryBlocks, summaryMarkdown } from '../../../../src/cli/text/summary.js';
import { logins } from '../../../../src/sovereign/logins.js';

const fqdn = 'omantel.omani.works';
const summary: Summary = {
  ending: { about: 'phases 0 to 8', verdict: 'PASS', report: '/e/dod.html', next: ['catalyst status'] },
  fqdn,
  tookMs: 155_000,
  costs: true,
  monthly: '49.22 EUR',
  console: `https://console.${fqdn}`,
  logins: logins(fqdn).slice(0, 1),
  journal: '/s/journal.jsonl',
  log: '/s/logs/1.log',
};
const text = (one: Summary) => layOut(summaryBlocks(one), { paint: plain, clean: (line) => line });

it('says where to sign in and how to see the password, never the password; what it took and costs; where everything is', () => {
  const shown = text(summary);
  expect(shown).toMatch(/^✔ PASS {2}omantel\.omani\.works · phases 0 to 8\n/);
  expect(shown).toContain('https://console.omantel.omani.works');
  expect(shown).toContain('as sovereign-admin');
  expect(shown).toContain('catalyst credentials show sovereign-admin --reveal');
  expect(shown).toMatch(
    /took +2m35s\n +cost +about 49\.22 EUR a month until catalyst cluster destroy\n +report +\/e\/dod\.html/,
  );
  expect(shown).toMatch(/journal +\/s\/journal\.jsonl\n +log +\/s\/logs\/1\.log\n +next +catalyst status$/);
});

it('of a lab says that it costs nothing and how to end it, of what was wiped neither addresses nor cost', () => {
  expect(text({ ...summary, lab: 'second' })).toMatch(
    /nothing in a lab; .*\n +lab +running until catalyst lab down second/,
  );
  expect(text({ ...summary, ending: { about: 'gone', wiped: true } })).not.toMatch(/https|cost/);
});

it('of a lab says that no browser opens its addresses before it names them, and not to try them', () => {
  const shown = text({ ...summary, lab: 'second' });
  expect(shown).toMatch(/\n +in the lab +These addresses exist in the lab only: .*\n +https:\/\/console\./);
  expect(shown).not.toMatch(/\n +try +/);
  expect(shown).toContain('catalyst credentials show sovereign-admin --reveal');
});

it('of a dry-run lists what would be changed, by ticket with its title', () => {
  const step = { id: '#376', title: 'bp-gitea', phase: 3 };
  const planned = [{ step, sentence: 'apply it' }];
  expect(text({ ...summary, planned })).toMatch(
    /^#376 bp-gitea\n {2}would apply it\n\ndry-run .*: 1 change, none made$/,
  );
});

it('is a table on the page of a job in CI, with the failure as its heading', () => {
  expect(summaryMarkdown(summary)).toMatch(
    /^### ✔ PASS .*\n\n\| \| \|\n\|---\|---\|\n[\s\S]*\| report \| \/e\/dod\.html \|/,
  );
  expect(summaryMarkdown(summary, { code: 'E6001', message: 'FAIL for x\nmore' })).toMatch(
    /^### ✖ FAIL for x \(E6001\)\n/,
  );
});
