/** Names whose addresses are not for a resolver to give, or not yet: those of the Sovereign, until its zone is delegated. */
export interface OwnNames {
  covers(host: string, port: number): boolean;
  /** The addresses that are dialed for it, in order. `resolve` looks the name up as a visitor would, through caches. */
  addresses(host: string, resolve: () => Promise<string[]>): Promise<string[]>;
  /** In words, for messages: where a name was dialed last and why, or nothing. */
  told(host: string): string;
}
