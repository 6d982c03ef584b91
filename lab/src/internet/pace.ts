/**
 * How much faster than elsewhere the waits of the world around a lab pass: as much as its windows are shorter (a kill window of
 * 20 s and not of 300 s). It applies to what others make a person wait for: health checks, caches, boots, grace periods.
 */
export const pace = 15;

/** Milliseconds that so many seconds of the world take in a lab. */
export const worldMs = (seconds: number): number => (seconds * 1000) / pace;
