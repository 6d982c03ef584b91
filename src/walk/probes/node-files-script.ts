/**
 * What the Job on a node runs: for each file that a node reads itself it tells the path, a salted hash and which hosts and addresses are in it.
 * Nothing else leaves the node: what a registry is logged in to with is cut out first, and of the rest only words in the form of a host or an
 * address are taken. For a shell with mawk, grep and coreutils.
 */

/** Absolute paths on a node; of a pattern, every file. */
export const nodePaths = [
  '/etc/rancher/k3s/registries.yaml',
  '/etc/rancher/k3s/config.yaml',
  '/etc/rancher/k3s/config.yaml.d/*.yaml',
  '/var/lib/rancher/k3s/agent/etc/containerd/certs.d/*/hosts.toml',
  '/etc/containerd/certs.d/*/hosts.toml',
  '/etc/hosts',
  '/etc/systemd/resolved.conf',
  '/etc/systemd/resolved.conf.d/*.conf',
  '/etc/systemd/timesyncd.conf',
  '/etc/systemd/timesyncd.conf.d/*.conf',
  '/etc/chrony.conf',
  '/etc/chrony/chrony.conf',
  '/etc/chrony/conf.d/*.conf',
  '/etc/chrony/sources.d/*.sources',
  '/etc/ntp.conf',
  '/etc/ntpsec/ntp.conf',
] as const;

/** By the kubelet's hand: on the node it may be a link to what a Pod cannot see. */
export const resolverPath = '/etc/resolv.conf';

/** Cuts logins out: what is before the @ of an address, and the values of keys that are called so, over several lines too. */
const withoutLogins = String.raw`
function anonymous(s,   out, word, scheme) {
  out = ""
  while (match(s, /[^ \t"\047,]*@/)) {
    word = substr(s, RSTART, RLENGTH)
    out = out substr(s, 1, RSTART - 1)
    s = substr(s, RSTART + RLENGTH)
    scheme = match(word, /[A-Za-z0-9+.-]+:\/\//) ? substr(word, RSTART, RLENGTH) : ""
    # of a host with a path that has it, the host
    if (match(tolower(word), /:\/\/[a-z0-9_-]+(\.[a-z0-9_-]+)+(:[0-9]+)?\//))
      scheme = scheme substr(word, RSTART + 3, RLENGTH - 3) " "
    out = out scheme
  }
  return out s
}
function masked(s,   out, c) {
  out = ""
  while (match(tolower(s), KEY)) {
    out = out substr(s, 1, RSTART - 1) " "
    # the value begins with its last character, if that is no space
    s = substr(s, RSTART + RLENGTH - (substr(s, RSTART + RLENGTH - 1, 1) ~ /["\047{\[|>]/))
    sub(/^[ \t]+/, "", s)
    c = substr(s, 1, 1)
    if (c == "{") continue
    if (c == "\"" && match(s, /^"([^"\\]|\\.)*"/)) s = substr(s, RLENGTH + 1)
    else if (c == "\047" && match(s, /^\047([^\047]|\047\047)*\047/)) s = substr(s, RLENGTH + 1)
    else if (c == "[" && index(s, "]") > 0) s = substr(s, index(s, "]") + 1)
    else if (c ~ /[^"\047\[|>&]/ && index(out, "{") > 0 && match(s, /[,}]/)) s = substr(s, RSTART)
    else { held = indent; return out }
  }
  return out s
}
BEGIN {
  held = -1
  KEY = "(auth|authorization|user|username|password|passwd|pass|token|secret|key|credentials?|bearer|cookie)[\"\047]?[ \t]*(=|:([ \t\"\047{\[|>]|$))"
}
{
  match($0, /^[ \t-]*/)
  indent = RLENGTH
  if (held >= 0 && ($0 ~ /^[ \t]*$/ || indent > held)) next
  held = -1
  if ($0 ~ /^[ \t]*[#;]/) next
  print masked(anonymous($0))
}`;

/** As JSON, as many rows from OFFSET on as a termination message takes. */
const page = String.raw`
{
  gsub(/[^ -~]/, "?")
  gsub(/[\\"]/, "\\\\&")
  if (NR > from && !full) {
    if (size + length($0) > 3600 && shown > 0) full = 1
    else { out = out (shown++ ? "," : "") "\"" $0 "\""; size += length($0) + 3 }
  }
}
END { printf "{\"total\":%d,\"hash\":\"%s\",\"rows\":[%s]}", NR, hash, out }`;

const label = '[a-z0-9_-]+';
const name = `(${label}\\.)+[a-z][a-z0-9-]*[a-z0-9]`;
const address = '[0-9]+(\\.[0-9]+){3}';
const address6 = '[0-9a-f]*:[0-9a-f.]*:[0-9a-f:.]*';
/** With what tells a host from the key of a label: the scheme before it, the sign of a value behind it. */
const word = `([a-z][a-z0-9+.-]*://)?(${name}|${address})(:[0-9]+)?(/[a-z0-9._-]+){0,2}=?|${address6}(/[0-9]+)?`;

/** Tests itself before it tells anything: with a tool that is missing, every file would seem to name nobody. */
export const nodeScript = String.raw`set -euf
export LC_ALL=C
say() { printf '%s\n' "$*"; }
names() { awk "$WITHOUT_LOGINS" | { grep -oiE "$WORD" || true; } | tr 'A-Z' 'a-z' | awk 'length($0) <= 300' | sort -u; }
tested=$(printf 'a: "https://u:p@Probe.example:5000/v2"\npassword: x.y.example\n  z.example\nb: 192.0.2.1\n' | names | tr '\n' ' ')
[ "$tested" = '192.0.2.1 https://probe.example:5000/v2 ' ] || { printf 'the tools of the image do not work: %s' "$tested" > "$WORD_OUT"; exit 1; }
look() {
  if [ ! -e "$2" ] && [ ! -L "$2" ]; then say "absent $1"; return; fi
  case $(readlink -f "$2" || true) in
    "$3"/*) ;;
    *) say "unread $1 it is a link to what this Job does not see"; return ;;
  esac
  [ -f "$2" ] || { say "unread $1 it is no file"; return; }
  cat "$2" > /dev/null 2>&1 || { say "unread $1 it cannot be read"; return; }
  [ "$(wc -c < "$2")" -le 262144 ] || { say "unread $1 it is larger than 256 KiB"; return; }
  say "file $({ printf '%s' "$SALT"; cat "$2"; } | sha256sum | cut -c 1-32) $1"
  names < "$2" | sed 's/^/name /'
}
all() {
  for pattern in $PATHS; do
    set +f
    for file in "$NODE_ROOT"$pattern; do
      path=$(printf '%s' "$file" | cut -c "$((1 + $(printf '%s' "$NODE_ROOT" | wc -c)))-")
      look "$path" "$file" "$NODE_ROOT"
    done
    set -f
  done
  look "$RESOLVER" "$OWN_ETC$RESOLVER" "$OWN_ETC"
}
rows=$(all)
hash=$(printf '%s\n' "$rows" | sha256sum | cut -c 1-16)
printf '%s\n' "$rows" | awk -v from="$OFFSET" -v hash="$hash" "$PAGE" > "$WORD_OUT"
`;

/** @param at where the node's folders, the Pod's own root and its word are */
export const nodeScriptEnv = (at: { root: string; own: string; word: string }) => ({
  PATHS: nodePaths.join(' '),
  RESOLVER: resolverPath,
  WITHOUT_LOGINS: withoutLogins,
  PAGE: page,
  WORD: word,
  NODE_ROOT: at.root,
  OWN_ETC: at.own,
  WORD_OUT: at.word,
});
