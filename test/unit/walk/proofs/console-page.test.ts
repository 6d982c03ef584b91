import { expect, it } from 'vitest';
import type { HttpAnswer } from '../../../../src/tools/http/http.js';
import { loadNewConsole } from '../../../../src/walk/proofs/network/console-page.js';
import { hurriedClock } from '../../../fakes/hurried-clock.js';
import { fakeWorld } from '../rig.js';

const html = '<html><script type="module" src="/sovereign/assets/index.js"></script></html>';

/** A console behind Traefik, which has its second route after so many requests for the page. */
async function console(routedAfter: number) {
  let pages = 0;
  const { world } = await fakeWorld({
    clock: hurriedClock(),
    http: async ({ url }): Promise<HttpAnswer> => {
      const { host, pathname } = new URL(url);
      if (pathname.endsWith('.js')) return { status: 200, headers: { 'content-type': 'text/javascript' }, text: '' };
      if (pathname !== '/' && ++pages > routedAfter) return { status: 200, headers: {}, text: html };
      return { status: 302, headers: { location: `https://${host}/sovereign${pathname}` }, text: '' };
    },
  });
  return { load: () => loadNewConsole(world, '#385'), pages: () => pages };
}

it('a console whose routes come one by one is asked again until it loads', async () => {
  const { load, pages } = await console(2);
  expect(await load()).toMatchObject({ files: [expect.stringContaining('/sovereign/assets/index.js')] });
  expect(pages()).toBe(3);
});

it('a console that never loads is not proven, with what was seen last', async () => {
  const { load } = await console(Number.POSITIVE_INFINITY);
  await expect(load()).rejects.toMatchObject({
    code: 'E4009',
    message: expect.stringMatching(/answer 200; seen: 302/),
  });
});
