/** Resolves once `holds` does; the test's own timeout is the deadline. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await Promise.resolve(holds()).catch(() => false))) await new Promise((resolve) => setTimeout(resolve, 100));
}
