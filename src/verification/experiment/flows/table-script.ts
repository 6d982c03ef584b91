/**
 * What the Job on a node runs while a window is open and Hubble is off: every five seconds it reads the connection tables of the node and of
 * its Pods, and tells of each connection to an address outside of the cluster as the one that follows Hubble does (flow-script.ts). Of one that
 * has ended already it tells when it first sees it, so that what ended before the window is not taken for the window's. For a shell with
 * grep, mawk and coreutils.
 */
import { bucketSeconds } from './flow-script.js';
import { digits, patternOf } from './inside.js';

/** Reads the stream that `look` makes. Addresses in /proc/net are words in the order of the processor's bytes. */
const tell = String.raw`
BEGIN { STATE = ENVIRON["STATE"]; NOBODY = ENVIRON["NOBODY"]; INSIDE = ENVIRON["INSIDE"] }
${digits}
function hex(s,   i, n) {
  n = 0
  for (i = 1; i <= length(s); i++) n = n * 16 + index("0123456789abcdef", tolower(substr(s, i, 1))) - 1
  return n
}
function v4(h) { return hex(substr(h, 7, 2)) "." hex(substr(h, 5, 2)) "." hex(substr(h, 3, 2)) "." hex(substr(h, 1, 2)) }
function address(h,   i, w, out) {
  if (length(h) == 8) return v4(h)
  h = tolower(h)
  if (substr(h, 1, 24) == "0000000000000000ffff0000") return v4(substr(h, 25, 8))
  for (i = 0; i < 4; i++) {
    w = substr(h, i * 8 + 1, 8)
    out = out (i ? ":" : "") substr(w, 7, 2) substr(w, 5, 2) ":" substr(w, 3, 2) substr(w, 1, 2)
  }
  return out
}
function isNew(key) {
  if (key in tuples) return 0
  tuples[key] = 1
  print "tuple " key >> STATE
  return 1
}
function own(a) {
  if (digits(a) ~ NOBODY) return
  if (a in who && who[a] == "host" && from != "host") { shares = 1; return }
  if (!(a in who) || who[a] != from) print "ip " a " " from >> STATE
  who[a] = from
}
function say(to, port, verdict, whose,   key) {
  if (to in who || digits(to) ~ NOBODY || digits(to) ~ INSIDE) return
  key = to " " port " " verdict " " whose
  if (key in told) return
  told[key] = 1
  printf "[\"flow\",%d,\"%s\",\"%s\",\"%s\",\"%s\"]\n", at, to, port, verdict, whose
}
function flush(   i, key, isFirst) {
  for (i = 1; i <= rows && !shares; i++) {
    if (proto[i] == "tcp" && near[i] in listens) continue
    key = from " " proto[i] " " near[i] " " to[i] " " far[i]
    isFirst = isNew(key)
    if (proto[i] == "tcp" && state[i] != "01" && state[i] != "02" && !isFirst) continue
    say(to[i], proto[i] "/" far[i], state[i] == "02" ? "SYN-SENT" : "FORWARDED", from)
  }
  rows = shares = 0
  for (i in listens) delete listens[i]
}
$1 == "at" { at = $2; next }
$1 == "ip" { who[$2] = substr($0, 5 + length($2)); next }
$1 == "tuple" { tuples[substr($0, 7)] = 1; next }
$1 == "unread" { printf "[\"gap\",%d]\n", at; next }
$1 == "source" { flush(); from = substr($0, 8); next }
$1 == "file" { kind = $2; next }
$1 == "end" { flush(); printf "[\"beat\",%d]\n", at; next }
kind == "fib_trie" {
  if ($1 == "|--") last = $2
  else if ($1 == "/32" && $3 == "LOCAL") own(last)
  next
}
kind == "if_inet6" {
  a = substr($1, 1, 4)
  for (i = 1; i < 8; i++) a = a ":" substr($1, i * 4 + 1, 4)
  own(a)
  next
}
kind == "nf_conntrack" {
  src = dst = sport = dport = ""
  for (i = 1; i <= NF; i++) {
    if (src == "" && $i ~ /^src=/) src = substr($i, 5)
    if (dst == "" && $i ~ /^dst=/) dst = substr($i, 5)
    if (sport == "" && $i ~ /^sport=/) sport = substr($i, 7)
    if (dport == "" && $i ~ /^dport=/) dport = substr($i, 7)
  }
  if (dst == "" || !isNew("tracked " $3 " " src " " sport " " dst " " dport)) next
  say(dst, $3 (dport == "" ? "" : "/" dport), index($0, "[UNREPLIED]") ? "UNREPLIED" : "FORWARDED", src in who ? who[src] : "address " src)
  next
}
$1 ~ /^[0-9]+:$/ {
  split($2, l, ":")
  split($3, r, ":")
  if (kind ~ /^tcp/ && $4 == "0A") { listens[l[2]] = 1; next }
  if (r[2] == "0000") next
  rows++
  proto[rows] = substr(kind, 1, 3); near[rows] = l[2]; to[rows] = address(r[1]); far[rows] = hex(r[2]); state[rows] = $4
}`;

/** One look, for the time that is given. A process that ends meanwhile has no table; one that lives and hides its own was not looked at. */
export const lookScript = String.raw`export LC_ALL=C
name_of() {
  for folder in "$LOGS"/*_"$1"; do
    [ -d "$folder" ] || { printf 'Pod %s' "$1"; return; }
    folder=$(basename "$folder")
    folder=$(printf '%s' "$folder" | cut -d _ -f 1,2 | tr _ /)
    printf 'Pod %s' "$folder"
    return
  done
}
table() {
  printf 'source %s\n' "$1"
  for part in fib_trie if_inet6 tcp tcp6 udp udp6; do
    printf 'file %s\n' "$part"
    cat "$2/net/$part" 2>/dev/null || { [ "$part" != tcp ] || [ ! -d "$2" ] || printf 'unread\n'; }
  done
}
look() {
  printf 'at %s\n' "$1"
  cat "$STATE" 2>/dev/null
  table host "$PROC/1"
  [ -d "$PROC/1" ] || printf 'unread\n'
  grep -HoE "$POD" "$PROC"/[0-9]*/cgroup 2>/dev/null | tr _ - | awk -F: '!seen[$2]++ { sub(/^pod/, "", $2); print $1, $2 }' |
    while read -r file uid; do table "$(name_of "$uid")" "$(dirname "$file")"; done
  if [ -r "$PROC/1/net/nf_conntrack" ]; then
    printf 'source host\nfile nf_conntrack\n'
    cat "$PROC/1/net/nf_conntrack" 2>/dev/null
  fi
  printf 'end\n'
}
tell() { look "$1" | awk "$TELL"; }
`;

export const tableScript = `${lookScript}printf '["open",%s]\\n' "$(date +%s)"
while :; do
  tell "$(date +%s)"
  sleep ${bucketSeconds}
done
`;

const uid = '[0-9a-f]{8}([-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}';
/** What leaves no node, or leads to no one machine. */
const nobody = [
  ...['0.0.0.0/8', '127.0.0.0/8', '224.0.0.0/4', '255.255.255.255'],
  ...['::/127', 'fe80::/10', 'ff00::/8'],
];
/** Of no network at all, nothing. */
const patternOfAll = (networks: readonly string[]) => `^(${networks.map(patternOf).join('|') || 'none'})`;

/** @param at where the node's folders are, and a file that may be written; `inside`: networks and addresses of the cluster */
export const tableScriptEnv = (at: { proc: string; logs: string; state: string }, inside: readonly string[]) => ({
  ...{ PROC: at.proc, LOGS: at.logs, STATE: at.state, TELL: tell, POD: `pod${uid}` },
  ...{ NOBODY: patternOfAll(nobody), INSIDE: patternOfAll(inside) },
});
