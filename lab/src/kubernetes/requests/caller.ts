/** Who makes a request, and how they want it done. */
export interface User {
  name: string;
  groups: readonly string[];
  uid?: string;
  extra?: Record<string, string[]>;
}

export interface WriteCall {
  user: User;
  dryRun: boolean;
  /** Field manager. */
  manager: string;
  /** `` or `status`, `scale`, … */
  subresource: string;
  /** What happens to fields that the kind does not have: they are dropped, and that is refused, told or not mentioned. */
  unknownFields: 'Strict' | 'Warn' | 'Ignore';
  /** Grows while the request is worked on; the answer carries them. */
  warnings: string[];
}
