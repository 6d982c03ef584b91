/**
 * The console as a browser loads it. A web server that falls back to its index page answers 200 to any path, so each script has to be
 * a script and the API has to be the API.
 */
import { consoleUrl } from '../../../sovereign/sovereign-names.js';
import { isCatalystError } from '../../../support/errors/errors.js';
import { waitUntil } from '../../../support/wait.js';
import type { HttpAnswer } from '../../../tools/http/http.js';
import type { World } from '../../../world/world.js';
import { disproved } from '../proof.js';

type Asking = Pick<World, 'http' | 'sovereign' | 'signal'>;

interface Loaded {
  page: string;
  files: string[];
}

/** Loads the root, the page that it redirects to, and every script and style sheet of that page. Throws E4009 for the first that is wrong. */
export async function loadConsole(world: Asking, step: string): Promise<Loaded> {
  const page = consoleUrl(world.sovereign.spec.fqdn);
  const ask = (url: string) => world.http({ url, timeoutMs: 20_000, signal: world.signal });
  const root = new URL('/', page).href;
  const redirect = await ask(root);
  const location = redirect.headers.location && new URL(redirect.headers.location, root).href;
  if (redirect.status < 300 || redirect.status > 399 || location !== page)
    throw disproved(step, `${root} to redirect to ${page}`, `${redirect.status}${location ? ` to ${location}` : ''}`);
  const index = await ask(page);
  if (index.status !== 200) throw disproved(step, `${page} to answer 200`, String(index.status));
  const files = filesOf(index.text, page);
  if (!files.some((file) => file.endsWith('.js')))
    throw disproved(step, `${page} to name its scripts`, `a page without one, ${index.text.length} bytes`);
  for (const file of files) requireFile(step, file, await ask(file));
  return { page, files };
}

/** How long Traefik may take for what has been installed a moment ago. */
const routedMs = 60_000;

/**
 * As `loadConsole`, for a console that was just installed: Traefik takes up its routes one by one, and while only the root's is there,
 * that one answers for the page too.
 */
export function loadNewConsole(world: Asking & Pick<World, 'clock'>, step: string): Promise<Loaded> {
  const until = world.clock.now().getTime() + routedMs;
  return waitUntil<Loaded>({
    reason: 'the console to load',
    timeoutMs: routedMs,
    clock: world.clock,
    signal: world.signal,
    look: async () => {
      try {
        return { done: await loadConsole(world, step) };
      } catch (error) {
        const isPending = isCatalystError(error) && error.code === 'E4009' && world.clock.now().getTime() < until;
        if (!isPending) throw error;
        return { pending: error.message };
      }
    },
  });
}

/** Scripts, module preloads and style sheets of a page that come from its own host. */
export function filesOf(html: string, page: string): string[] {
  const tags = html.match(/<(?:script|link)\b[^>]*>/g) ?? [];
  const named = tags.flatMap((tag) => {
    const loads = tag.startsWith('<script') || /\brel="(?:stylesheet|modulepreload)"/.test(tag);
    const [, path] = /\b(?:src|href)="([^"]+)"/.exec(tag) ?? [];
    return loads && path ? [new URL(path, page)] : [];
  });
  return named.filter((url) => url.host === new URL(page).host).map((url) => url.href);
}

function requireFile(step: string, url: string, { status, headers, text }: HttpAnswer): void {
  const type = headers['content-type'] ?? 'no content type';
  const wanted = url.endsWith('.css') ? /css/ : /javascript/;
  if (status === 200 && wanted.test(type) && !/^\s*<!doctype html/i.test(text)) return;
  const seen = status === 200 && /html/.test(type) ? 'a page of HTML' : `${status}, ${type}`;
  throw disproved(step, `${url} to be ${url.endsWith('.css') ? 'a style sheet' : 'a script'}`, seen);
}
