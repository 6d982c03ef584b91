/**
 * Programs end with us, also when we are killed: a shell reads from a pipe which process groups are running, and at its end, which
 * is ours, tells those that are left to end; after 10 s, in which helm records that it failed, it kills them. A process group has
 * what a program starts itself (git-remote-https, plugins of helm), which a parent-death signal does not reach.
 */

const script = `trap '' HUP INT TERM
groups=''
while read -r verb group; do
  if [ "$verb" = + ]; then groups="$groups $group"; continue; fi
  kept=''
  for one in $groups; do [ "$one" = "$group" ] || kept="$kept $one"; done
  groups=$kept
done
for one in $groups; do kill -s TERM -- "-$one" 2>/dev/null; done
for second in 1 2 3 4 5 6 7 8 9 10; do
  alive=''
  for one in $groups; do kill -s 0 -- "-$one" 2>/dev/null && alive="$alive $one"; done
  [ -n "$alive" ] || exit 0
  sleep 1
done
for one in $alive; do kill -s KILL -- "-$one" 2>/dev/null; done
`;

/**
 * What runs in place of a program, in its process: it says its group while the pipe is still its own, so that no kill of ours falls
 * between, and becomes the program, which gets neither the pipe nor what shells add to an environment. A watching shell that is gone
 * must not end it (PIPE).
 */
const tie = `trap '' PIPE; echo "+ $$" >&3 2>/dev/null; trap - PIPE; unset PWD OLDPWD SHLVL; exec "$@" 3>&-`;

/** Name under which `sh` says that it cannot become the program. */
const tieName = 'catalyst-exec';

/** The shell that watches: `write` reaches its stdin, and so does the descriptor `fd`. */
export interface WatchingShell {
  write(line: string): void;
  fd: number;
}

/**
 * Starts `sh` with that script in a session of its own, so that no terminal ends it; undefined where there is none.
 */
export type StartShell = (script: string) => WatchingShell | undefined;

export interface Command {
  file: string;
  args: readonly string[];
}

export interface TiedCommand extends Command {
  /** Descriptor that the program must be started with as its fourth (3), leading a process group of its own. */
  fd?: number;
  /** To be called once the program with this pid has ended. */
  ended(pid: number | undefined): void;
}

export interface EndWithUs {
  /** What to start in place of `command`. */
  tie(command: Command): TiedCommand;
}

export function createEndWithUs(start: StartShell): EndWithUs {
  let started: { shell: WatchingShell | undefined } | undefined;
  return {
    tie(command) {
      started ??= { shell: start(script) };
      const { shell } = started;
      // Where there is no sh, programs end by our clean-up alone.
      if (!shell) return { ...command, ended: () => undefined };
      return {
        file: '/bin/sh',
        args: ['-c', tie, tieName, command.file, ...command.args],
        fd: shell.fd,
        ended: (pid) => pid !== undefined && shell.write(`- ${pid}\n`),
      };
    },
  };
}

/** Whether a program that was tied ended because there is none of that name. */
export const saysNotFound = (exitCode: number | undefined, stderr: string) =>
  exitCode === 127 && stderr.startsWith(`${tieName}:`);
