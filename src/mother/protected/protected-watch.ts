/** Lets a stage deep in a run ask for the comparison that the run's guard makes, without knowing the guard. */

const watches = new WeakMap<object, (label: string) => Promise<void>>();

/** `world` is the one that the run's steps use. */
export function watchProtected(world: object, check: (label: string) => Promise<void>): void {
  watches.set(world, check);
}

/** Throws E5003 when the protected set is not as it was before this run's first write on the mother. */
export async function checkProtected(world: object, label: string): Promise<void> {
  await watches.get(world)?.(label);
}
