/** No answer may take forever or fill the memory: a deadline for the whole exchange, and a limit on what is kept of it. */

const mebibyte = 1024 * 1024;

export interface Deadline {
  /** Aborts at the deadline, or as soon as one of the outer signals does. */
  signal: AbortSignal;
  /** What went wrong: the deadline when it has passed, the error itself otherwise. Throws an outer signal's reason. */
  explain(error: unknown): unknown;
}

/** From now until the last byte of the answer, however busily the other side goes on sending. */
export function deadlineIn(timeoutMs: number, ...outer: (AbortSignal | undefined)[]): Deadline {
  const passed = AbortSignal.timeout(timeoutMs);
  const given = outer.filter((signal) => signal !== undefined);
  return {
    signal: AbortSignal.any([...given, passed]),
    explain(error) {
      for (const signal of given) signal.throwIfAborted();
      return passed.aborted ? new Error(`no complete answer within ${timeoutMs / 1000}s`, { cause: error }) : error;
    },
  };
}

/** All bytes of an answer. Throws when there are more than `most`, or when the connection ended before the answer did. */
export async function collect(
  answer: AsyncIterable<unknown> & { complete?: boolean },
  most: number = 64 * mebibyte,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer) {
    size += (chunk as Buffer).length;
    if (size > most) throw new Error(`the answer is larger than ${Math.floor(most / mebibyte)} MiB`);
    chunks.push(chunk as Buffer);
  }
  if (answer.complete === false) throw new Error('the answer was cut off');
  return Buffer.concat(chunks);
}
