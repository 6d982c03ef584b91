/**
 * Shell scripts of the short Jobs that read and erase files on the claim of catalyst-api. They run in catalyst-api's own
 * image (alpine: sh, grep, sed, awk, find and sha256sum of busybox, and kubectl; no jq), and as they stand in the lab.
 *
 * A file belongs to this Sovereign by id, or lies in the work directory of its slug. An id belongs to it when every `sovereignFQDN`
 * in the record is exactly this FQDN, compared as text: no pattern is made of it. A work directory does when its variables and the
 * labels in its state name this FQDN and no other: FQDNs that differ share slugs. What only mentions the FQDN, or has its slug, is
 * listed and never removed. Erasure goes by id, never by a list of lines, so that no file name can lead it elsewhere.
 */
import { sovereignLabel } from '../own-names.js';
import { tryCredentialsScript } from './credential-check.js';

/** Sets `ids` and `slug`; `ours` and `mentions` print paths, one a line. */
const find = `set -u
export LC_ALL=C
cd "$ROOT" || exit 1
log=\${TERMINATION_LOG:-/dev/termination-log}
slug=$(printf '%s' "$FQDN" | tr . -)
isId() { case "$1" in ''|*[!a-f0-9]*) return 1 ;; esac; [ \${#1} -ge 8 ] && [ \${#1} -le 32 ]; }
values() { tr '\\n' ' ' < "$2" | grep -oE "\\"$1\\"[[:space:]]*:[[:space:]]*\\"[^\\"]*\\"" | sed 's/.*:[[:space:]]*"\\([^"]*\\)"$/\\1/' | sort -u; }
isRecord() { [ "$(values sovereignFQDN "$1")" = "$FQDN" ]; }
belongs() {
  isId "$1" || return 1
  [ ! -e "deployments/$1.json" ] || isRecord "deployments/$1.json"
}
ids=$({
  for id in $IDS; do if belongs "$id"; then echo "$id"; fi; done
  for f in deployments/*.json; do
    id=\${f#deployments/}; id=\${id%.json}
    if [ -e "$f" ] && isId "$id" && isRecord "$f"; then echo "$id"; fi
  done
} | sort -u)
elsewhere() {
  for f in deployments/*.json; do
    [ -e "$f" ] || continue
    for other in $(values sovereignFQDN "$f"); do
      if [ "$other" != "$FQDN" ] && [ "$(printf '%s' "$other" | tr . -)" = "$1" ]; then return 0; fi
    done
  done
  return 1
}
named() {
  {
    if [ -f "tofu/$1/tofu.auto.tfvars.json" ]; then values sovereign_fqdn "tofu/$1/tofu.auto.tfvars.json"; fi
    for f in "tofu/$1"/terraform.tfstate*; do
      if [ -f "$f" ]; then values '${sovereignLabel.replaceAll('.', '[.]')}' "$f"; fi
    done
  } | sort -u
}
workdir() { [ "$(named "$slug")" = "$FQDN" ]; }
ours() {
  for id in $ids; do
    find "deployments/$id.json" "kubeconfigs/$id.yaml" "executions/$id" "tofu/$id" ! -type d 2>/dev/null
    find deployments -maxdepth 1 ! -type d -name ".$id.*.tmp" 2>/dev/null
    find kubeconfigs -maxdepth 1 ! -type d \\( -name ".$id.*" -o -name "$id.yaml.*" \\) 2>/dev/null
  done
  if workdir; then find "tofu/$slug" ! -type d; fi
}
word=$(printf '%s' "$FQDN" | sed 's/[.]/[.]/g')
mentions() {
  grep -rliE "(^|[^A-Za-z0-9-])$word([.]?([^A-Za-z0-9.-]|$))" . 2>/dev/null | sed 's#^[.]/##'
  find "tofu/$slug" ! -type d 2>/dev/null
}
owner() {
  case "$1" in
    deployments/*|kubeconfigs/*) id=\${1##*/}; id=\${id#.}; id=\${id%%.*} ;;
    executions/*/*|tofu/*/*) id=\${1#*/}; id=\${id%%/*} ;;
    *) echo shared; return ;;
  esac
  case "$1" in tofu/*) if elsewhere "$id"; then echo shared; return; fi ;; esac
  if [ -e "deployments/$id.json" ]; then other=$(values sovereignFQDN "deployments/$id.json"); else other=$(named "$id"); fi
  case "$other" in ''|"$FQDN") echo unknown ;; *) echo shared ;; esac
}
`;

/** Room for paths in one answer; a termination message holds 4096 bytes. */
const room = 3000;

const inventory = `${find}
mine=$(ours | sort -u)
count=$(printf '%s' "$mine" | grep -c . || true)
hash=$(printf '%s\\n' "$mine" | grep . | tr '\\n' '\\000' | xargs -0 -r sha256sum | sha256sum | cut -d' ' -f1)
others=$(mentions | sort -u | while IFS= read -r f; do
  printf '%s\\n' "$mine" | grep -qxF -e "$f" || printf '%s %s\\n' "$(owner "$f")" "$f"
done)
rows=$({ printf '%s\\n' "$mine" | grep . | sed 's/^/ours /'; printf '%s\\n' "$others" | grep .; })
busy='"status"[[:space:]]*:[[:space:]]*"(pending|provisioning|tofu-applying|flux-bootstrapping|phase1-watching)"'
inflight=$(grep -lE "$busy" deployments/*.json 2>/dev/null | sed 's#^deployments/##; s#[.]json$##')
quoted() { tr '\\001-\\011\\013-\\037' '?' | sed 's/\\\\/\\\\\\\\/g; s/"/\\\\"/g; s/.*/"&"/'; }
list() { grep . | quoted | paste -sd, -; }
page=$(printf '%s\\n' "$rows" | grep . | quoted | awk -v from="\${OFFSET:-0}" 'NR > from { used += length($0) + 1; if (used > ${room} && NR > from + 1) exit; print }' | paste -sd, -)
printf '{"ids":[%s],"count":%s,"total":%s,"rows":[%s],"inFlight":[%s],"hash":"%s"}' "$(printf '%s\\n' "$ids" | list)" "$count" "$(printf '%s' "$rows" | grep -c . || true)" "$page" "$(printf '%s\\n' "$inflight" | head -n 5 | list)" "$hash" > "$log"
`;

const erase = `${find}
count=$(ours | sort -u | grep -c . || true)
if workdir; then rm -rf -- "tofu/$slug"; fi
for id in $ids; do
  rm -f -- "deployments/$id.json" "kubeconfigs/$id.yaml"
  find deployments -maxdepth 1 ! -type d -name ".$id.*.tmp" -exec rm -f -- {} + 2>/dev/null
  find kubeconfigs -maxdepth 1 ! -type d \\( -name ".$id.*" -o -name "$id.yaml.*" \\) -exec rm -f -- {} + 2>/dev/null
  rm -rf -- "executions/$id" "tofu/$id"
done
left=$(ours | sort -u | grep -c . || true)
printf '{"deleted":%s,"left":%s}' "$count" "$left" > "$log"
[ "$left" = 0 ]
`;

/** What of a record is copied to the Sovereign; nothing else of it leaves the claim this way. */
export const recordFacts = [
  ...['status', 'startedAt', 'finishedAt', 'region', 'phase1FinishedAt'],
  ...['controlPlaneIP', 'loadBalancerIP', 'consoleURL', 'gitopsRepoURL'],
] as const;

/** The first of that name in the file: what is nested deeper comes later in a record. */
const facts = `${find}
fact() { tr '\\n' ' ' < "$2" | grep -oE "\\"$1\\"[[:space:]]*:[[:space:]]*\\"[^\\"\\\\\\\\]*\\"" | head -n 1 | sed 's/.*:[[:space:]]*"\\([^"]*\\)"$/\\1/' | tr -d '\\000-\\037'; }
rows=$(for id in $ids; do
  f=deployments/$id.json
  [ -e "$f" ] || continue
  row=""
  for key in ${recordFacts.join(' ')}; do
    value=$(fact "$key" "$f")
    [ -z "$value" ] || row="$row\${row:+,}\\"$key\\":\\"$value\\""
  done
  printf '"%s":{%s}\\n' "$id" "$row"
done)
page=$(printf '%s\\n' "$rows" | grep . | awk -v from="\${OFFSET:-0}" 'NR > from { used += length($0) + 1; if (used > ${room} && NR > from + 1) exit; print }' | paste -sd, -)
printf '{"total":%s,"records":{%s}}' "$(printf '%s\\n' "$rows" | grep -c . || true)" "$page" > "$log"
`;

export const claimScripts = { inventory, facts, erase, 'try-credentials': `${find}${tryCredentialsScript}` } as const;

export type ClaimScript = keyof typeof claimScripts;
