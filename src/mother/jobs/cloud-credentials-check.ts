/**
 * What else lies in the records on the mother's claim: Hetzner tokens, tried where they lie at the cloud API, by a kubeconfig that
 * names it, because kubectl is what the image has to send them; and Object Storage keys, which nothing there can sign with. Of both
 * only hashes leave the Job.
 */
import { sha256 } from '../../support/hash.js';

/** By which a credential is recognized, without the credential: as the script makes it. */
export const printOf = (credential: string): string => sha256(credential).slice(0, 16);
export const printOfKeys = ({ accessKey, secretKey }: { accessKey: string; secretKey: string }): string =>
  printOf(`${accessKey}:${secretKey}`);

/** @param endpoint `https://api.hetzner.cloud/v1` */
export const cloudApiEnv = (endpoint: string) => [{ name: 'CLOUD_API', value: endpoint }];

/** Goes on from scripts that set `ours`, `values` and `answer`; sets `more`, to be put behind the last field of the answer. */
export const tryCloudCredentialsScript = `print() { printf '%s' "$1" | sha256sum | cut -c1-16; }
valuesOf() { for key in $1; do values "$key" "$2"; done | grep -xE '[A-Za-z0-9+/=_-]{16,}'; }
files=$(ours | sort -u)
each() { printf '%s\\n' "$files" | grep . | while IFS= read -r f; do "$@"; done | sort -u; }
tokensOf() { valuesOf 'hetznerToken hcloud_token hcloudToken' "$f"; }
keysOf() {
  access=$(valuesOf 's3AccessKey s3_access_key objectStorageAccessKey object_storage_access_key' "$f" | head -n 1)
  secret=$(valuesOf 's3SecretKey s3_secret_key objectStorageSecretKey object_storage_secret_key' "$f" | head -n 1)
  if [ -n "$access" ] && [ -n "$secret" ]; then print "$access:$secret"; fi
}
cloud=\${CLOUD_API:-https://api.hetzner.cloud/v1}
host=$(printf '%s' "$cloud" | sed -E 's#^([a-z]+://[^/]+).*#\\1#')
path=\${cloud#"$host"}/locations
login=\${TMPDIR:-/tmp}/cloud-login.$$
umask 077
tokens=""
for token in $(each tokensOf); do
  printf '{"apiVersion":"v1","kind":"Config","clusters":[{"name":"c","cluster":{"server":"%s"}}],"users":[{"name":"u","user":{"token":"%s"}}],"contexts":[{"name":"c","context":{"cluster":"c","user":"u"}}],"current-context":"c"}' "$host" "$token" > "$login"
  tokens="$tokens\${tokens:+,}\\"$(print "$token")\\":\\"$(answer --kubeconfig "$login")\\""
done
rm -f "$login"
keys=$(each keysOf | sed 's/.*/"&"/' | paste -sd, -)
more=""
[ -z "$tokens" ] || more="$more,\\"tokens\\":{$tokens}"
[ -z "$keys" ] || more="$more,\\"keys\\":[$keys]"
`;
