/** One way in which two fingerprints differ. */

export interface Difference {
  what: string;
  before: string;
  after: string;
  /** `Kind namespace/name`, for an object. */
  object?: string;
  /** Property of the print: `hash`, `metadata`, `suspend` …; left out when the object is new or gone. */
  field?: string;
}
