/** What a rule of the lint reports. */

export interface Finding {
  blueprint: string;
  rule: string;
  severity: 'error' | 'warning';
  /** File and field: `clusters/…/release-harbor.yaml: spec.values.expose.type`. */
  path: string;
  message: string;
  remedy: string;
}
