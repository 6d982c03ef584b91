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
}
