/** `catalyst watch`: the run of this Sovereign as a page on loopback, until ^C. It reads what the run writes on this machine, and writes nothing. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { readRegularFile } from '../../support/files/read-regular-file.js';
import { type PageFile, type PageMessage, servePage } from '../../tools/loopback/page-server.js';
import type { Context } from '../session/context.js';
import { pageIcon, pageStyle, watchPage } from './page.js';
import { type Sections, sectionIds, sectionsOf } from './sections.js';
import { readWatchState, type WatchState } from './watch-state.js';
import { type WatchedFolder, watchedFolder } from './watched-folder.js';

export interface WatchOptions {
  /** 0 for one that is free. */
  port: number;
  /** Opens it in a browser; nothing depends on it. Left out where nobody wants one. */
  open?: (address: string) => Promise<boolean>;
}

export interface Watched {
  /** Empty in a dry-run. */
  address: string;
}

/** How often it is looked whether something has changed: a process that dies writes nothing. */
const lookMs = 500;

/** Serves until the signal. Throws E1001 with `--json`, E1205 for a port that cannot be opened. */
export async function watchRun(context: Context, { port, open }: WatchOptions): Promise<Watched> {
  const { fqdn } = (await context.spec()).sovereign.spec;
  const stateDir = await context.stateDir();
  if (context.would(`serve a page on 127.0.0.1 that shows the runs of ${fqdn}`)) return { address: '' };
  if (context.options.json)
    throw fail('E1001', 'This command serves a page until ^C and has no JSON output.', {
      actions: [command('watch'), `or, for JSON output: ${command('status')} with --json`],
    });
  const page = createPage(context, { stateDir, fqdn });
  const server = await servePage({ port, file: page.file, greeting: page.all });
  try {
    context.output.print(server.address);
    context.output.note('Only this machine can open it, and only with this address. ^C ends it.');
    void open?.(server.addressForOnce()).catch(() => undefined);
    await untilStopped(context, () => {
      if (server.readers() > 0) for (const message of page.changes()) server.send(message);
    });
    return { address: server.address };
  } finally {
    await server.close();
  }
}

async function untilStopped({ clock, signal }: Pick<Context, 'clock' | 'signal'>, look: () => void): Promise<void> {
  try {
    for (;;) {
      await clock.sleep(lookMs, signal);
      look();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function createPage({ clock, options, root }: Context, { stateDir, fqdn }: { stateDir: string; fqdn: string }) {
  const script = readFileSync(join(root, 'templates', 'watch', 'page.js'));
  let newest: { state: WatchState; trace: string } | undefined;
  let shown: { state?: WatchState; sections: Partial<Sections> } = { sections: {} };
  const look = () => {
    const folder = watchedFolder(stateDir, fqdn, clock.now());
    const trace = traceOf(folder);
    if (newest?.trace !== trace) newest = { trace, state: readWatchState(folder, fqdn, options.lab) };
    return newest.state;
  };
  const messages = (state: WatchState, sections: Sections, ids: readonly (keyof Sections)[]): PageMessage[] => [
    { event: 'title', data: JSON.stringify(`${state.run?.state ?? 'no run'} · ${state.fqdn}`) },
    ...ids.map((id) => ({ event: 'section', data: JSON.stringify({ id, html: sections[id] }) })),
  ];
  return {
    /** For those who read already. */
    changes(): PageMessage[] {
      const state = look();
      if (state === shown.state) return [];
      const sections = sectionsOf(state, clock.now());
      const changed = sectionIds.filter((id) => sections[id] !== shown.sections[id]);
      shown = { state, sections };
      return messages(state, sections, changed);
    },
    all(): PageMessage[] {
      const state = look();
      const sections = sectionsOf(state, clock.now());
      // Others that read get what has changed with the next look.
      if (shown.state === undefined) shown = { state, sections };
      return messages(state, sections, sectionIds);
    },
    file(path: string): PageFile | undefined {
      if (path === '') return { type: 'text/html; charset=utf-8', body: watchPage(`catalyst: ${fqdn}`) };
      if (path === 'page.js') return { type: 'text/javascript; charset=utf-8', body: script };
      if (path === 'page.css') return { type: 'text/css; charset=utf-8', body: pageStyle };
      if (path === 'icon.svg') return { type: 'image/svg+xml', body: pageIcon };
      const name = /^evidence\/([^/]+)$/.exec(path)?.[1];
      const { evidence, folder } = look();
      return name !== undefined && evidence.includes(name)
        ? evidenceFile(join(folder, 'evidence', name), name)
        : undefined;
    },
  };
}

/** Changes whenever something that is shown may have changed. */
function traceOf({ dir, holder }: WatchedFolder): string {
  const files = ['journal.jsonl', 'live.json', 'evidence'].map((name) => {
    const found = statSync(join(dir, name), { throwIfNoEntry: false });
    return found ? `${found.mtimeMs} ${found.size}` : '';
  });
  return [dir, holder?.run ?? '', ...files].join('|');
}

/** A report is a document of its own: it may have its style, and no script. */
const reportPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox";
const mostBytes = 256 * 2 ** 20;

/** Undefined for what cannot be read, or is no file. */
function evidenceFile(path: string, name: string): PageFile | undefined {
  try {
    const body = readRegularFile(path, { maxBytes: mostBytes });
    return name.endsWith('.html')
      ? { type: 'text/html; charset=utf-8', body, policy: reportPolicy }
      : { type: 'application/octet-stream', body, download: name };
  } catch {
    return undefined;
  }
}
