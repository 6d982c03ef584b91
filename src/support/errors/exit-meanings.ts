/** The table of product.md §4, for --help and the documentation. */
export const exitMeanings: Readonly<Record<number, string>> = {
  0: 'done',
  1: 'a bug in catalyst',
  2: 'usage, or an invalid spec',
  3: 'a check failed',
  4: 'credentials missing, wrong or too weak',
  5: 'an external system failed (Hetzner, Kubernetes, S3, DNS, Git, registry)',
  6: 'quota or capacity',
  7: 'refused for safety: protected object, missing confirmation, stale plan, unmet prerequisite, out of scope',
  8: 'not finished, resumable: timed out, or waiting for something that only a person can do',
  9: 'another run holds the lock',
  10: 'verification INVALID: the experiment itself did not work',
  130: 'interrupted (resumable)',
};
