/** By the name of an ending: what the run of it emits. */
export const endings: Readonly<Record<string, unknown>>;
