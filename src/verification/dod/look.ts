/** All releases of a Sovereign as they were seen at one moment. */

export interface LiveRelease {
  blueprint: string;
  release: string;
  version: string;
  digest?: string;
}

/** What was seen of all releases at one moment. */
export interface Look {
  at: Date;
  problems: string[];
  releases: LiveRelease[];
}
