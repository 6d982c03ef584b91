/** git over HTTPS with the credentials in the environment (GIT_ASKPASS / http.extraHeader by env), never in a URL or argv. */
export interface GitRemote {
  url: string;
  username: string;
  password: string;
}

export interface GitWriter {
  /** Makes one commit that holds exactly `files` on `branch` and pushes it; the commit's SHA. Bytes equal: no new commit. */
  publish(
    remote: GitRemote,
    branch: string,
    files: readonly { path: string; text: string }[],
    message: string,
  ): Promise<string>;
  /**
   * One commit on top of the branch as it is: these files written, or taken away without `text`, all others left; its SHA.
   * Somebody else's push meanwhile is built upon. Throws E3002 without such a branch, or when others push without end.
   */
  change(
    remote: GitRemote,
    branch: string,
    changes: readonly { path: string; text?: string }[],
    message: string,
  ): Promise<string>;
}

export interface GitReader {
  /** Head of a branch, or undefined. */
  head(remote: GitRemote, branch: string): Promise<string | undefined>;
  /** Files at a branch's head. */
  read(remote: GitRemote, branch: string): Promise<{ sha: string; files: Map<string, string> }>;
}

export interface Git extends GitReader, GitWriter {}
