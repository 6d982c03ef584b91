/** git over HTTPS with the credentials in the environment (GIT_ASKPASS / http.extraHeader by env), never in a URL or argv. */
export interface GitRemote {
  url: string;
  username: string;
  password: string;
}

export interface Commit {
  sha: string;
  /** `Name <email>` of its author. */
  author: string;
  /** ISO 8601 */
  at: string;
  subject: string;
  /** True when catalyst committed it. */
  own: boolean;
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
  /** Moves `branch` from one commit to an earlier one. Throws when it is not at `from` any more. */
  moveBack(remote: GitRemote, branch: string, from: string, to: string): Promise<void>;
}

export interface Git {
  /** What `git --version` says. Throws E3001 without a git. */
  version(): Promise<string>;
  /** Head of a branch, or undefined. */
  head(remote: GitRemote, branch: string): Promise<string | undefined>;
  /** Files at a branch's head. */
  read(remote: GitRemote, branch: string): Promise<{ sha: string; files: Map<string, string> }>;
  /** Commits that `branch` reaches, or any branch, tag or pull request without one; newest first, none in an empty repository. */
  history(remote: GitRemote, branch?: string): Promise<Commit[]>;
  /** A bare copy of the whole repository in `folder`, which must be new or empty. No credential stays in it. */
  copyTo(remote: GitRemote, folder: string): Promise<void>;
}
