/** What is on this machine, for commands without a spec: its programs, and a browser. */
import { mkdirSync } from 'node:fs';
import type { Context } from '../../actions/session/context.js';
import { cacheDir, stateRoot } from '../../sovereign/state/state-dir.js';
import { createBinaries } from '../../tools/exec/binaries.js';
import { createExec } from '../../tools/exec/exec.js';

export function machineOf(context: Context, given: { helm?: string; kubectl?: string; 'state-dir'?: string }) {
  const { env, redactor, signal } = context;
  const exec = createExec(redactor);
  const stateDir = given['state-dir'] ?? stateRoot(env);
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  return {
    git: { version: async () => (await exec({ file: 'git', args: ['--version'], signal })).stdout },
    binaries: createBinaries({ exec, env, given, cacheDir: cacheDir(env) }),
    stateDir,
    nodeVersion: process.versions.node,
  };
}

/** True when a browser was started; false without a desktop, and where none of the usual programs is installed. */
export async function openInBrowser({ env, redactor, signal }: Context, address: string): Promise<boolean> {
  const desktop = process.platform === 'darwin' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
  if (!desktop || !process.stdout.isTTY) return false;
  const file = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const inherit = ['DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR'];
  try {
    await createExec(redactor)({ file, args: [address], inherit, timeoutMs: 10_000, signal });
    return true;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}
