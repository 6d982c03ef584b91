/** What the adapters of a world are made with: dialers, programs and a folder that ends with the run. */
import { createRunFolder } from '../../sovereign/state/run-folder.js';
import { cacheDir } from '../../sovereign/state/state-dir.js';
import { createDialer, type Dialer } from '../../tools/dialer/dialer.js';
import type { OwnNames } from '../../tools/dialer/own-names.js';
import { proxyPasswords } from '../../tools/dialer/proxies.js';
import { type Binaries, createBinaries } from '../../tools/exec/binaries.js';
import { createExec, type Exec } from '../../tools/exec/exec.js';
import type { WorldRequest } from './world-request.js';

export interface WorldTools {
  dialer: Dialer;
  /** Rules without a host are meant for the Sovereign's components: they lead no call to a vendor or another cluster astray. */
  vendors: Dialer;
  /** To the servers, as SSH goes: by the rules, and through no proxy. */
  direct(): Dialer;
  exec: Exec;
  binaries: Binaries;
  runFolder: ReturnType<typeof createRunFolder>;
  /** A call that is under way is finished after ^C, so that its outcome is known: waits end at once, calls a minute later. */
  calls: { signal: AbortSignal };
}

export function createWorldTools(request: WorldRequest, names: OwnNames): WorldTools {
  const { sovereign, clock, env, redactor, undoSignal, stateDir } = request;
  const { connectTo, resolver, caBundle } = sovereign.spec.access;
  const named = connectTo.filter(({ host }) => host !== undefined);
  for (const password of proxyPasswords(env)) redactor.register(password);
  const exec = createExec(redactor);
  return {
    dialer: createDialer({ connectTo, resolver, names, caBundle, env }),
    vendors: createDialer({ connectTo: named, resolver, names, caBundle, env }),
    direct: () => createDialer({ connectTo: named, resolver, caBundle }),
    exec,
    binaries: createBinaries({ exec, env, given: request.tools, cacheDir: cacheDir(env) }),
    runFolder: createRunFolder(stateDir, clock.now()),
    calls: { signal: undoSignal },
  };
}
