type Promises<T extends readonly unknown[]> = { [K in keyof T]: Promise<T[K]> };

/**
 * Like Promise.all, but leaves nothing running behind a failure: waits for every one, then throws the first error. For changes
 * of the outside world, which must have ended before a step says that it failed.
 */
export async function settleAll<T extends readonly unknown[]>(promises: readonly [...Promises<T>]): Promise<T> {
  const settled: PromiseSettledResult<unknown>[] = await Promise.allSettled(promises as readonly Promise<unknown>[]);
  const values = settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
  return values as unknown as T;
}
