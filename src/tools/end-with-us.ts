/**
 * Programs end with us, also when we are killed: a shell reads from a pipe which process groups are running, and at its end, which
 * is ours, tells those that are left to end; after 10 s, in which helm records that it failed, it kills them. A process group has
 * what a program starts itself (git-remote-https, plugins of helm), which a parent-death signal does not reach. That signal, where
 * there is setpriv (Linux), covers the moment between the start of a program and its being watched.
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

/** Starts `sh` with that script in a session of its own, so that no terminal ends it; answers what writes to its stdin. */
export type StartShell = (script: string) => (line: string) => void;

export interface EndWithUs {
  /** To be called before a program is started, so that the shell is there in time. */
  begin(): void;
  /** Watches the process group that `pid` leads until the returned function is called. */
  watch(pid: number | undefined): () => void;
}

export function createEndWithUs(start: StartShell): EndWithUs {
  let write: ((line: string) => void) | undefined;
  return {
    begin() {
      write ??= start(script);
    },
    watch(pid) {
      if (pid === undefined) return () => undefined;
      write?.(`+ ${pid}\n`);
      return () => write?.(`- ${pid}\n`);
    },
  };
}
