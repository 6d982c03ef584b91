/**
 * Old kubeconfigs on the mother's claim are tried where they lie, by kubectl in a short Job: at the server that each names,
 * and at the Sovereign's own API, which alone can tell whether the Sovereign still takes it. Nothing of them is told but
 * which host they name, and a hash by which the same credential is recognized.
 */

import { tryCloudCredentialsScript } from './cloud-credentials-check.js';

/**
 * `refused`: 401 or 403 was seen. `other-authority`: something answers whose certificate this kubeconfig does not trust.
 * `unreachable`: nothing, or nothing that speaks of the credential.
 */
export type TrialAnswer = 'refused' | 'accepted' | 'other-authority' | 'unreachable';

/** By record id. Jobs of earlier versions answered `kubeconfigs` alone. */
export interface CredentialCheck {
  /** At the server that the kubeconfig names. */
  kubeconfigs: Record<string, TrialAnswer>;
  /** That server as `host:port`; empty when none could be read. */
  servers?: Record<string, string>;
  /** At the Sovereign's own API; left out when the Job was not told of it. */
  own?: Record<string, TrialAnswer>;
  /** First 16 hex digits of the sha256 of the user that it names: the credential, whatever file it is in. */
  prints?: Record<string, string>;
  /** Hetzner tokens by their hash, as the cloud API answered; and hashes of pairs of Object Storage keys. */
  tokens?: Record<string, TrialAnswer>;
  keys?: string[];
}

/** The Sovereign's API as the mother reaches it. */
export interface OwnApi {
  /** `https://host:port` */
  server: string;
  /** PEM; the kubeconfig's own authority counts when it is left out. */
  authority?: string;
}

export const ownApiEnv = ({ server, authority = '' }: OwnApi) => [
  { name: 'OWN_SERVER', value: server },
  { name: 'OWN_AUTHORITY', value: authority },
];

/** Goes on from the script that sets `ids` and `log`. A proxy that refuses says "Forbidden" too, and is not the server. */
export const tryCredentialsScript = `answer() {
  if said=$(kubectl "$@" --request-timeout=10s get --raw "\${path:-/api/v1/namespaces}" 2>&1); then echo accepted
  else case "$said" in
    *proxyconnect*) echo unreachable ;;
    *Unauthorized*|*Forbidden*|*forbidden*|*"logged in"*) echo refused ;;
    *"unknown authority"*|*"certificate signed"*) echo other-authority ;;
    *) echo unreachable ;;
  esac; fi
}
pem=\${TMPDIR:-/tmp}/own-authority.$$
[ -z "\${OWN_AUTHORITY:-}" ] || printf '%s\\n' "$OWN_AUTHORITY" > "$pem"
at=""; servers=""; own=""; prints=""
for id in $ids; do
  file=kubeconfigs/$id.yaml
  [ -e "$file" ] || continue
  server=$(kubectl --kubeconfig "$file" config view --minify -o 'jsonpath={.clusters[0].cluster.server}' 2>/dev/null)
  host=$(printf '%s' "$server" | sed -E 's#^[a-z]+://##; s#/.*##; s#.*@##' | tr -cd 'A-Za-z0-9.:[]-')
  at="$at\${at:+,}\\"$id\\":\\"$(answer --kubeconfig "$file")\\""
  servers="$servers\${servers:+,}\\"$id\\":\\"$host\\""
  user=$(kubectl --kubeconfig "$file" config view --raw --minify -o 'jsonpath={.users[0].user}' 2>/dev/null)
  print=$(if [ -n "$user" ]; then printf '%s' "$user"; else cat "$file"; fi | sha256sum | cut -c1-16)
  prints="$prints\${prints:+,}\\"$id\\":\\"$print\\""
  [ -n "\${OWN_SERVER:-}" ] || continue
  set -- --kubeconfig "$file" --server "$OWN_SERVER"
  [ ! -s "$pem" ] || set -- "$@" --certificate-authority "$pem"
  own="$own\${own:+,}\\"$id\\":\\"$(answer "$@")\\""
done
rm -f "$pem"
if [ -n "\${OWN_SERVER:-}" ]; then own=",\\"own\\":{$own}"; fi
${tryCloudCredentialsScript}printf '{"kubeconfigs":{%s},"servers":{%s},"prints":{%s}%s%s}' "$at" "$servers" "$prints" "$own" "$more" > "$log"
`;
