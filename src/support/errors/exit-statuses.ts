/** The exit status of each class of errors (product.md §4). */
export const exitStatuses = {
  ok: 0,
  bug: 1,
  usage: 2,
  'check-failed': 3,
  credentials: 4,
  external: 5,
  quota: 6,
  refused: 7,
  unfinished: 8,
  locked: 9,
  invalid: 10,
  interrupted: 130,
} as const;

export type ErrorClass = Exclude<keyof typeof exitStatuses, 'ok'>;
