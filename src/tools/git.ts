/** git over HTTPS with the credentials in the environment (GIT_ASKPASS / http.extraHeader by env), never in a URL or argv. */
export interface GitRemote {
  url: string;
  username: string;
  password: string;
}

export interface Git {
  /** Makes one commit that holds exactly `files` on `branch` and pushes it; the commit's SHA. Bytes equal: no new commit. */
  publish(
    remote: GitRemote,
    branch: string,
    files: readonly { path: string; text: string }[],
    message: string,
  ): Promise<string>;
  /** Head of a branch, or undefined. */
  head(remote: GitRemote, branch: string): Promise<string | undefined>;
  /** Files at a branch's head. */
  read(remote: GitRemote, branch: string): Promise<{ sha: string; files: Map<string, string> }>;
}
