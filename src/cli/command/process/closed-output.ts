/**
 * A reader that leaves (`catalyst … | head`, a terminal that is closed): what is written afterwards is dropped, never thrown, and
 * the running command learns of it.
 */

export interface ClosedOutput {
  stream: 'stdout' | 'stderr';
  /** False when the output was lost for another reason, such as a full disk. */
  readerLeft: boolean;
}

type Listener = (closed: ClosedOutput) => void;
type Output = Pick<NodeJS.WriteStream, 'on' | 'off' | 'listeners'>;

/** EIO: the terminal is gone. */
const readerLeft = new Set(['EPIPE', 'EIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED']);

export interface OutputWatch {
  /** Also calls `listener` for what was closed before; one listener at a time. Returns what ends it. */
  listen(listener: Listener): () => void;
}

/** Watches both streams; without a listener a lost stdout shows in the exit status only when no reader asked for it. */
export function watchOutputs(outputs: Readonly<Record<ClosedOutput['stream'], Output>>): OutputWatch {
  const closed: ClosedOutput[] = [];
  let listener: Listener | undefined;
  const onError = (stream: ClosedOutput['stream']) => (error: NodeJS.ErrnoException) => {
    if (closed.some((one) => one.stream === stream)) return;
    const one = { stream, readerLeft: readerLeft.has(error.code ?? '') };
    closed.push(one);
    if (listener) listener(one);
    else if (stream === 'stdout' && !one.readerLeft) process.exitCode ||= 5;
  };
  const own = { stdout: onError('stdout'), stderr: onError('stderr') };
  outputs.stdout.on('error', own.stdout);
  outputs.stderr.on('error', own.stderr);
  return {
    listen(next) {
      // oclif has a listener that throws the EIO of a closed terminal.
      for (const other of outputs.stdout.listeners('error'))
        if (other !== own.stdout) outputs.stdout.off('error', other as () => void);
      listener = next;
      for (const one of closed) next(one);
      return () => {
        listener = undefined;
      };
    },
  };
}

let watch: OutputWatch | undefined;

/** The one watch of this process, made before anything is written. */
export function processOutputs(): OutputWatch {
  watch ??= watchOutputs(process);
  return watch;
}
