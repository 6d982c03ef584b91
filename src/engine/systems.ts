/** The systems that a change can be aimed at. Closed: a name that is not in it is no system, wherever it comes from. */
export const systems = [
  'hetzner',
  's3',
  'sovereign',
  'mother',
  'dns',
  'git',
  'registry',
  'machine',
  'webhook',
] as const;

export type System = (typeof systems)[number];

/** For what the compiler does not see: lines of a journal, values that were cast. */
export const isSystem = (name: unknown): name is System => (systems as readonly unknown[]).includes(name);
