/**
 * Where a public registry or chart repository refers whoever fetches from it: what it hands out comes from another host. One that is missing
 * here shows as a pull that fails in the window, never as a pass. Pure.
 */
const referrals: Readonly<Record<string, readonly string[]>> = {
  'docker.io': ['registry-1.docker.io', 'auth.docker.io', 'index.docker.io', 'production.cloudflare.docker.com'],
  'ghcr.io': ['pkg-containers.githubusercontent.com'],
  'quay.io': ['cdn.quay.io', 'cdn01.quay.io', 'cdn02.quay.io', 'cdn03.quay.io'],
  'github.com': [
    'api.github.com',
    'codeload.github.com',
    'objects.githubusercontent.com',
    'raw.githubusercontent.com',
    'release-assets.githubusercontent.com',
  ],
};

/** Repositories on pages of GitHub keep their archives with the releases of their project. */
const pages = /\.github\.io$/;

/** Pure. */
export function blobHosts(host: string): readonly string[] {
  if (pages.test(host)) return ['github.com', ...referrals['github.com']!];
  return referrals[host] ?? [];
}
