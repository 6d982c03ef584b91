/** Makes something at its first use; a failure is not kept, so that the next use tries again. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

/** Makes something from a key and keeps it as long as the key stays the same: a credential that is captured anew counts at once. */
export function whenChanged<T>(key: () => Promise<string>, make: (key: string) => Promise<T>): () => Promise<T> {
  let kept: { key: string; made: Promise<T> } | undefined;
  return async () => {
    const now = await key();
    if (kept?.key !== now) kept = { key: now, made: make(now) };
    return kept.made;
  };
}
