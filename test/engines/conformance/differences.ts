/** Where the lab's API server answers otherwise than the real one, on purpose; each with the reason why that is left so. */
export const differences: readonly { talk: string; turn: string; reason: string }[] = [
  {
    talk: 'discovery',
    turn: 'explain a field',
    reason:
      'The OpenAPI documents of the lab hold the schemas of added kinds only; those of built-in kinds would be megabytes that kubectl fetches on every apply.',
  },
  {
    talk: 'discovery',
    turn: 'version',
    reason:
      'The lab plays the k3s that the templates install, which is of the minor version before the one the real server is built from.',
  },
  {
    talk: 'watches',
    turn: 'the same in its newer group',
    reason:
      'The lab keeps the events of the older and the newer group apart; Flux and kubectl write and read the older one.',
  },
];
