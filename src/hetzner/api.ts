/** The typed Hetzner layer; hcloud-js is only its transport. */
/** Grows with the purge and the cluster. */
export interface HetznerApi {
  readonly endpoint: string;
}
