/**
 * What the Job on a node runs while a window is open: it follows what Hubble sees there and tells of each connection that somebody opens to an
 * address outside of the cluster, one line of JSON for each in five seconds. For a shell with hubble and jq, which the image of Cilium's agent has.
 */

/** One connection by destination, port, verdict and source is told once in so many seconds. */
export const bucketSeconds = 5;

/** Hubble leaves out `is_reply` where nobody knows whose connection it is; then the packet that opens one counts. */
const follow = `
def source:
  if (.workloads // []) != [] then "\\(.workloads[0].kind) \\(.namespace)/\\(.workloads[0].name)"
  elif .pod_name then "Pod \\(.namespace)/\\(.pod_name)"
  else ((.labels // []) | map(select(startswith("reserved:"))) | .[0] // "reserved:unknown" | ltrimstr("reserved:")) end;
def port:
  (.l4 // {}) | to_entries | .[0] // {key: "", value: {}}
  | if .value.destination_port then "\\(.key)/\\(.value.destination_port)" else .key end | ascii_downcase;
def opens:
  .is_reply == false or .verdict == "DROPPED"
  or (.is_reply == null and .l4.TCP.flags.SYN == true and .l4.TCP.flags.ACK != true);
foreach (inputs | fromjson?) as $line ({told: {}};
  .row = null
  | if $line.lost_events then .row = ["lost", ($line.lost_events.num_events_lost // 1 | tonumber)]
    else ($line.flow // {}) as $flow
    | if $flow.IP.destination and ($flow | opens) and (($flow.destination.labels // []) | any(startswith("reserved:world")))
      then ([$flow.IP.destination, ($flow | port), $flow.verdict, ($flow.source // {} | source)]) as $what
        | ($flow.time[0:19] + "Z" | fromdateiso8601) as $at
        | ($what | join(" ")) as $key
        | ($at / ${bucketSeconds} | floor) as $bucket
        | if .told[$key] == $bucket then . else .told[$key] = $bucket | .row = ["flow", $at] + $what end
      else . end
    end;
  .row // empty)`;

/** `open` when it begins to follow, `gap` when it lost Hubble, and `beat` all the while: what has no beat was not looked at. */
export const flowScript = `set -u
( while :; do printf '["beat",%s]\\n' "$(date +%s)"; sleep ${bucketSeconds}; done ) &
while :; do
  printf '["open",%s]\\n' "$(date +%s)"
  hubble observe --follow --output jsonpb | jq --unbuffered -cnR "$FOLLOW"
  printf '["gap",%s]\\n' "$(date +%s)"
  sleep 1
done
`;

export const flowScriptEnv = { FOLLOW: follow, HUBBLE_SERVER: 'unix:///hubble/hubble.sock' };
