/**
 * The installer of k3s, which every server runs as root: one version of it, by address and content. It installs any release of k3s and
 * checks the sum of that itself. The address names a commit, so its content never changes; the sum is the one that the k3s project
 * publishes beside it (github.com/k3s-io/k3s, install.sh.sha256sum of the same commit), and that of install.sh itself, computed from the
 * same commit in another copy of the history (github.com/holysoles/k3s).
 */
export interface K3sInstaller {
  url: string;
  sha256: string;
}

export const k3sInstaller: K3sInstaller = {
  url: 'https://raw.githubusercontent.com/k3s-io/k3s/019b0afdd830e36f5e4b7a5b237e6a4339e6a6be/install.sh',
  sha256: '68ae766b4c4fd2c8032f712cdd346c8f9d1ae60eaeb4736a1155effda44ea23d',
};
