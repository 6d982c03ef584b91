/**
 * Every error code, its class (which fixes the exit status) and the text of `catalyst explain CODE`.
 * E1 command line, spec, state, credentials · E2 Hetzner and Object Storage · E3 tools, Kubernetes, Blueprints
 * E4 engine, phases, proofs · E5 mother, handover · E6 verification, evidence · E7 lab · E9 bugs
 */
import type { ErrorClass } from './exit-statuses.js';

export interface ErrorCodeEntry {
  class: ErrorClass;
  title: string;
  explain: string;
}

const entry = (cls: ErrorClass, title: string, explain: string): ErrorCodeEntry => ({ class: cls, title, explain });

export const errorCodes = {
  // E1: command line, spec, state, credentials
  E1001: entry(
    'usage',
    'wrong usage',
    'A flag or argument is missing, unknown or of the wrong form. `--help` shows what the command takes.',
  ),
  E1002: entry(
    'usage',
    'an answer is needed',
    'There is no terminal to ask on. The message names the flag, variable or spec field that gives the answer.',
  ),
  E1101: entry(
    'usage',
    'the spec is invalid',
    'sovereign.yaml does not follow its schema. Each finding has its line, its field and, for a mistyped name, the nearest known one.',
  ),
  E1102: entry(
    'usage',
    'the spec cannot be read',
    'The file named by --spec or CATALYST_SPEC is missing, unreadable or not YAML.',
  ),
  E1201: entry(
    'external',
    'the state directory cannot be used',
    'The directory given by --state-dir cannot be read or written: permissions, a full disk, or a file in its place.',
  ),
  E1202: entry(
    'locked',
    'another run holds the lock',
    'Another catalyst process works on this Sovereign; the message names it and the lease file. A lock whose process has ended on this machine is taken over automatically.',
  ),
  E1203: entry(
    'locked',
    'the holder of the lock cannot be checked',
    'The run that holds the lock has stopped renewing it, on another machine or where its processes are not visible. It may have ended, sleep or be cut off. `catalyst unlock` shows what is known and takes the lock over.',
  ),
  E1204: entry(
    'locked',
    'the journal was written by another process',
    'The journal was changed, removed or replaced while this run had it. The run stops before its next change; what it had begun is in doubt and is looked up by the next run.',
  ),
  E1120: entry(
    'usage',
    'a credential would be sent unencrypted',
    'An address that receives a credential is plain http://, and everybody on the way could read it. Only this machine (127.0.0.0/8, ::1, localhost) and the lab named by --lab are exempt. The message names the field or variable.',
  ),
  E1301: entry(
    'credentials',
    'a credential is missing',
    'A needed credential is neither in the environment nor in the store.',
  ),
  E1302: entry(
    'credentials',
    'a credential was refused',
    'The system that issued the credential refused it, or it may do less than catalyst needs.',
  ),
  E1303: entry(
    'credentials',
    'the credential store cannot be opened',
    'secrets.age cannot be decrypted with the identity or passphrase at hand, or is damaged.',
  ),
  E1304: entry(
    'credentials',
    'a credential has a form that it cannot have',
    'What was typed, piped or set in a variable is empty, stands in quotes, or holds blanks or control characters. Line ends and blanks around it do no harm.',
  ),
  E1305: entry(
    'credentials',
    'the credential store is encrypted for something else',
    'CATALYST_PASSPHRASE is set, but secrets.age opens with the identity of this machine. It is never encrypted anew in passing; `catalyst credentials rekey` does that.',
  ),
  E1401: entry(
    'check-failed',
    'preflight found something in the way',
    'At least one read-only check failed. The message lists all of them, each with what to do; nothing was changed.',
  ),
  E1410: entry(
    'refused',
    'not the cluster of the Sovereign',
    'A cluster is identified by the UID of its kube-system namespace. The kubeconfig of the Sovereign leads to the mother cluster, or to another one that holds the SME demos. Nothing was changed.',
  ),
  E1411: entry(
    'refused',
    'endpoints of different worlds',
    'Every lab marks what it serves: the Hetzner API and both clusters. What this command would use is not all of one lab, or not all of the real world. Nothing was changed.',
  ),
  E1412: entry(
    'external',
    'the world could not be identified',
    'Whether this is a lab is read from the Hetzner API and both clusters. None of those that are configured answered.',
  ),
  E1413: entry(
    'usage',
    'a flag leads out of the lab',
    'A lab touches nothing but itself, so --kubeconfig and --mother-kubeconfig are refused beside --lab. Only a lab on existing clusters (--engine kubeconfig) takes them.',
  ),
  E1901: entry(
    'interrupted',
    'interrupted',
    'The run was stopped by a signal. Nothing is lost: `catalyst resume` goes on.',
  ),
  E1902: entry(
    'interrupted',
    'the output was closed',
    'The program or terminal that read the output is gone (`| head`, a closed window). A command that changes something stops, puts back what it changed for a while and exits 130; one that only reads exits 0.',
  ),
  // E2: Hetzner and Object Storage
  E2001: entry(
    'external',
    'Hetzner answered with an error',
    'The Hetzner Cloud API failed or answered in a form that is not its own.',
  ),
  E2002: entry('quota', 'Hetzner has no room', 'A quota of the project or the stock of a location is used up.'),
  E2003: entry(
    'credentials',
    'the Hetzner token was refused',
    'The token is wrong, expired, of another project or read-only.',
  ),
  E2004: entry(
    'external',
    'Hetzner gave no clear answer',
    'The connection or a gateway broke after a change was sent. It may have been done: the next run looks it up by its operation id and adopts it.',
  ),
  E2005: entry(
    'usage',
    'the cluster does not fit',
    'A location, server type or size in the spec is not one that Hetzner offers or that a Sovereign can run on.',
  ),
  E2006: entry(
    'refused',
    'the name is taken',
    'A resource with a name that the Sovereign needs exists at Hetzner and was not made by catalyst. Nothing is adopted that is not ours: purge it (#370) or rename it.',
  ),
  E2007: entry(
    'refused',
    'another project',
    'The plan was made with another Hetzner token; it may belong to another project. Make the plan again with the token at hand.',
  ),
  E2008: entry(
    'external',
    'where SSH comes from is not known',
    'While a cluster is created its firewall lets SSH in from one address only. spec.hetzner.sshFrom says which, when it cannot be found out.',
  ),
  E2009: entry(
    'refused',
    'keys of the cluster are missing',
    'Servers of this Sovereign exist, but the join token and SSH keys they were made with are not in the credential store of this machine. Nothing is added to a cluster whose keys are lost.',
  ),
  E2010: entry(
    'refused',
    'the plan selects what is not ours',
    'A row of the purge plan is not selected by the evidence of now: no label, exact name or inferred ownership leads to it, or something that stays uses it. The plan was edited, or the project has changed. Nothing was deleted; make a new plan.',
  ),
  E2011: entry(
    'refused',
    'the record of an unfinished purge was changed',
    'A purge that was interrupted left its plan in the state folder (purges/), and that file is not what catalyst wrote. It is the only evidence for resources whose server is already deleted, so nothing is inferred from it.',
  ),
  E2301: entry('external', 'Object Storage answered with an error', 'The S3 endpoint failed or refused a call.'),
  E2302: entry(
    'credentials',
    'the Object Storage keys were refused',
    'The access key or secret key is wrong, or may not do what is needed.',
  ),
  E2303: entry(
    'refused',
    'a bucket is not ours',
    'A bucket of a name that the Sovereign needs exists and is not marked as its own. Nothing is written into it.',
  ),
  // E3: tools, Kubernetes, Blueprints
  E3001: entry(
    'external',
    'a tool is missing',
    'helm, kubectl or git was not found, or its version is out of the supported range.',
  ),
  E3002: entry(
    'external',
    'a tool failed',
    'A program that catalyst runs ended with an error; its last words are in the message.',
  ),
  E3003: entry('external', 'SSH failed', 'A server could not be reached over SSH, or closed the connection.'),
  E3004: entry(
    'refused',
    'another SSH host key',
    'The server shows another host key than the one that was put on it at its creation. Keys are never trusted on first use.',
  ),
  E3005: entry(
    'external',
    'git acted on another repository',
    'git works on a repository that catalyst did not make, or the remote does not hold what was pushed. Nothing is built on it.',
  ),
  E3006: entry(
    'external',
    'helm acted on another cluster',
    'helm reported success, and the cluster that catalyst named has no record of the release. Look for it on your other clusters before you go on.',
  ),
  E3007: entry(
    'usage',
    'a proxy cannot be used',
    'HTTPS_PROXY, HTTP_PROXY or `proxy-url` of a kubeconfig names a proxy of a kind that catalyst does not know.',
  ),
  E3008: entry(
    'external',
    'a login plugin of a kubeconfig failed',
    'The kubeconfig names a program that gives the credential. It was not found, it failed, or what it printed is no ExecCredential.',
  ),
  E3009: entry(
    'refused',
    'a registry login would go astray',
    'A registry asks for its login to be sent to another host, or without TLS. Nothing was sent. A token service on another host is named in spec.charts.tokenService.',
  ),
  E3010: entry(
    'external',
    'a registry asks for a token that cannot be had',
    'The registry names no address where its token is or where an upload goes on, or its token service answered without a token.',
  ),
  E3020: entry(
    'refused',
    'a cached program can be changed by others',
    'helm and kubectl are unpacked once into the cache. Another user can write to the file or to a folder that it is in, so that what would be started, with the credentials of this Sovereign, may not be what catalyst unpacked.',
  ),
  E3021: entry(
    'refused',
    'a chart is not the one that was pinned',
    'The archive of a chart has another digest than its Blueprint pins, or than was recorded when it was first pulled (charts.lock.json in the state folder). A version that is published again is a change that nobody has looked at.',
  ),
  E3022: entry(
    'external',
    'the record of chart digests cannot be read',
    'charts.lock.json in the state folder keeps the digest of every chart that was pulled. It is damaged, or not a file.',
  ),
  E3101: entry(
    'external',
    'Kubernetes cannot be reached',
    'The API server does not answer, or not in the Kubernetes protocol.',
  ),
  E3102: entry(
    'external',
    'Kubernetes refused a call',
    'The API server refused: permission, validation, an admission webhook or a conflict.',
  ),
  E3201: entry(
    'refused',
    'not one of the 24 Blueprints',
    'Only the 24 Blueprints of the WBS §2 are installed; everything else is out of scope (§7).',
  ),
  E3202: entry('usage', 'a Blueprint cannot be rendered', 'A value, variable or override does not fit the Blueprint.'),
  E3203: entry(
    'check-failed',
    'a Blueprint breaks a rule',
    '`blueprint lint` found something that would not install, or not run, on a Sovereign. Each finding has its place and its remedy.',
  ),
  E3204: entry(
    'external',
    'a chart cannot be had',
    'The place that a chart is pinned to does not answer, or has no such chart or version. The pin is in the Blueprint, an override in spec.blueprints, another place in spec.charts.mirror.',
  ),
  E3205: entry(
    'external',
    'a registry refused',
    'A container registry refused a call, does not have an image, or sent other bytes than the digest names. Logins are those of `helm registry login` and docker.',
  ),
  // E4: engine, phases, proofs
  E4001: entry(
    'refused',
    'a prerequisite is not proven',
    'A phase or ticket that this one needs has no fresh proof. `--force <reason>` overrules, and the evidence keeps the reason.',
  ),
  E4002: entry(
    'external',
    'a step failed',
    'A step of the run failed; independent steps went on, dependent ones were not started.',
  ),
  E4003: entry(
    'unfinished',
    'timed out',
    'A wait reached its deadline. What exists is recorded; `catalyst resume` goes on.',
  ),
  E4004: entry(
    'refused',
    'a protected object',
    'The change would touch an object of the protected set (the SME demos). Nothing was changed.',
  ),
  E4005: entry(
    'refused',
    'the plan is stale',
    'The world is not the one that was planned. Make a new plan and read it.',
  ),
  E4006: entry(
    'refused',
    'confirmation needed',
    'Destroying needs the FQDN of the Sovereign typed, or given by --confirm.',
  ),
  E4007: entry('refused', 'out of scope', 'The WBS §7 puts this ticket out of scope.'),
  E4008: entry('external', 'the journal is damaged', 'A line of journal.jsonl is not valid or breaks the hash chain.'),
  E4009: entry('external', 'a proof failed', 'What was installed does not do what its ticket asks.'),
  E4030: entry(
    'refused',
    'the journal belongs to another Sovereign or world',
    'A journal is bound to one FQDN, to one lab or the real world, and to one mother cluster, on its first line. What was proven elsewhere proves nothing here.',
  ),
  E4031: entry(
    'refused',
    'lines of the journal are missing or changed',
    'At the end of every run, and before what cannot be undone, the head of the journal is signed. The journal no longer has the lines that were signed: it was cut, replaced, removed, or put back from an older copy. `catalyst journal repair` accepts what is there and journals that; what is missing has to be proven again.',
  ),
  E4032: entry(
    'refused',
    'the signed head of the journal is missing or not valid',
    'journal.head.json lies beside the journal and is signed with the evidence key of this Sovereign. It is missing, damaged, or signed with another key.',
  ),
  E4033: entry(
    'refused',
    'another cluster than the one that was created',
    "The UID of the Sovereign's kube-system namespace is recorded when its cluster is created, and replaced when the journal records that it was built again. The kubeconfig leads to another cluster.",
  ),
  E4034: entry(
    'refused',
    'another Hetzner project',
    'An empty placement group marks the project of a Sovereign, and the journal keeps its id. The project of the token has no such placement group, or another one: the token is probably of another project. A rotated token of the same project passes.',
  ),
  // E5: mother, handover
  E5001: entry(
    'external',
    'catalyst-api was not found on the mother',
    'The objects that the spec names as defaults are not on the mother cluster, and none like them were discovered.',
  ),
  E5002: entry(
    'external',
    'the protected set cannot be read',
    'The SME demos could not be read from the mother cluster, so nothing could be compared with them later.',
  ),
  E5003: entry(
    'refused',
    'the protected set has changed',
    'Something of the SME demos is not as it was before. The run stops; the difference is in the message.',
  ),
  E5004: entry(
    'external',
    'a service of the mother answered with an error',
    'PowerDNS, the pool-domain-manager or catalyst-api on the mother failed or refused a call.',
  ),
  E5005: entry(
    'external',
    'a Job on the mother failed',
    'Files on the claim of catalyst-api are read and deleted by short Jobs; one of them failed or gave no answer.',
  ),
  E5006: entry(
    'refused',
    'the protected set differs from what was kept of it',
    'Before the first change on the mother, the state of the SME demos was kept. Something of it has changed since, and nobody has accepted that. Find out who changed it; then accept the differences, or put them back, before anything else is changed.',
  ),
  E5010: entry(
    'refused',
    'several objects for one role',
    'On the mother, more than one Deployment, claim, Kustomization, Ingress or zone could be the one that catalyst has to act on. It chooses none: name the right one in the spec, or remove the others from that role.',
  ),
  E5011: entry(
    'refused',
    'an object on the mother is not ours',
    'An object of the name that catalyst would write on the mother exists and does not carry this Sovereign in its label. Nothing was written to it.',
  ),
  E5020: entry(
    'external',
    'the undo cannot be armed on the mother',
    'Before catalyst-api is stopped, a Job on the mother is armed that starts it again when nobody else does. The Job did not start, or its account may not do what it must; nothing was stopped.',
  ),
  E5021: entry(
    'locked',
    'another run holds the mother',
    'One run at a time acts on a mother, from whatever machine and for whatever Sovereign: it renews a Lease there. The message names the holder and when a dead one can be taken over.',
  ),
  E5022: entry(
    'locked',
    'an undo of another Sovereign is armed on the mother',
    'catalyst-api is stopped for another Sovereign, and the mother will start it again at the time in the message. What is there now must not be taken for what was found.',
  ),
  E5023: entry(
    'unfinished',
    'the mother has put catalyst-api back meanwhile',
    'The process slept or was too slow while catalyst-api was stopped, and the undo that was armed on the mother came first. What needed it stopped was not finished.',
  ),
  E5024: entry(
    'locked',
    'another run cuts the egress of the Sovereign',
    'A run on another machine or state folder holds the egress block of D22. The cluster lifts it at the time in the message.',
  ),
  E5025: entry(
    'unfinished',
    'the egress block was lifted meanwhile',
    'The process slept or was too slow while the egress of the Sovereign was cut, and the Job on the cluster that lifts the block came first.',
  ),
  E5101: entry(
    'refused',
    'the handover is not in a state for that',
    'The handover goes PREPARED, FROZEN, COPIED, VERIFIED, ACTIVATED, REVOKED, DECOMMISSIONED. Before ACTIVATED it can be aborted; from there it only goes forward.',
  ),
  E5102: entry(
    'refused',
    'a deployment is in flight on the mother',
    'catalyst-api works on a deployment. Stopping it now would mark that deployment failed and leave resources behind.',
  ),
  E5103: entry(
    'external',
    'a copy is not equal',
    'What the Sovereign holds is not what was copied to it; the content hashes differ.',
  ),
  E5104: entry(
    'check-failed',
    'an old credential still works',
    'A credential that the mother knew was accepted when it was tried. The message says which, and how to end it.',
  ),
  E5105: entry(
    'external',
    'the handover record was changed',
    'The ConfigMap that keeps the state of the handover does not fit its signature.',
  ),
  E5106: entry(
    'check-failed',
    'the redirect does not do what it must',
    'The old address does not lead to the Sovereign, or another page of the same host is not as it was.',
  ),
  E5107: entry(
    'check-failed',
    'an old credential was not seen refused',
    "A credential that the mother knew names an address of the Sovereign, or one that cannot be told from it, and no 401 or 403 was seen there. That nothing answers proves nothing: a firewall may be in between. Let the mother reach the Sovereign's API and run the handover again.",
  ),
  E5110: entry(
    'refused',
    'the point of no return is behind',
    "The intent to cross the point of no return is recorded, or the Sovereign's Flux already reads its own Gitea. Walking back would leave two masters. `catalyst handover finalize` completes it.",
  ),
  E5111: entry(
    'refused',
    "people committed to the Sovereign's Gitea",
    'Going on, in either direction, would lose commits that somebody made there. `catalyst handover abort --keep-commits DIR` copies the repository to a folder first.',
  ),
  E5112: entry(
    'external',
    'the inventory is not complete',
    'A place that the mother may keep something of this Sovereign in could not be read. What cannot be read is never taken for empty.',
  ),
  E5113: entry(
    'refused',
    'a side is not healthy',
    'catalyst-api on the mother, or a node, a release or the Gitea of the Sovereign is not ready. A handover begins only when both sides are whole.',
  ),
  // E6: verification, evidence
  E6001: entry('check-failed', 'verification says FAIL', 'At least one item of the Definition of Done failed.'),
  E6002: entry(
    'invalid',
    'verification is INVALID',
    'The experiment did not do what it claims: the negative control never turned red, the baseline was not green, or a probe could not have failed.',
  ),
  E6003: entry(
    'check-failed',
    'verification is PARTIAL',
    'What was checked passed, but some items could not be checked. A check that did not run is never a pass.',
  ),
  E6004: entry(
    'check-failed',
    'there are findings',
    'The scan found references or leftovers, or could not look in a place. Each finding says where, what it breaks and the remedy.',
  ),
  E6101: entry(
    'check-failed',
    'the evidence does not hold',
    'The bundle was changed, is not signed by that key, or its verdict does not follow from its samples.',
  ),
  E6102: entry(
    'usage',
    'there is no evidence',
    'No evidence bundle was found for this Sovereign, or the file is not one.',
  ),
  E6110: entry(
    'check-failed',
    'not a whole evidence bundle',
    'The file is not a plain tar of regular files, each once, as catalyst writes it, or it is larger than evidence can be. A link, a device, a compressed archive or a damaged file proves nothing.',
  ),
  // E7: lab
  E7001: entry(
    'external',
    'the lab does not start',
    'The process of the built-in lab ended or did not get ready in time; the message has the last lines of its log.',
  ),
  E7002: entry(
    'check-failed',
    'the lab is not up',
    'No lab of this name runs on this machine. `catalyst lab up NAME` starts it.',
  ),
  E7003: entry('usage', 'no such lab', 'The name of the lab, its engine or the fault is not one that the lab knows.'),
  E7004: entry(
    'usage',
    'an engine is missing',
    'A lab on real engines needs programs that `npm run engines` builds once, with Go, into the cache of this machine.',
  ),
  E7005: entry(
    'refused',
    'a cluster is not free for a lab',
    'A lab of clusters that exist needs two that are not one, without nodes, Flux or anything that the lab makes itself; nothing was touched.',
  ),
  E7006: entry(
    'credentials',
    'a cluster does not let us',
    'The kubeconfig of a cluster that a lab is to be made of may not do what a lab does there; the message names verbs and resources.',
  ),
  E7010: entry(
    'refused',
    'the demos are on a cluster of the lab',
    'A lab creates and deletes objects on its clusters, so it is never made on one that holds the SME demos. Nothing was changed.',
  ),
  E7011: entry(
    'refused',
    'another cluster than the one of lab up',
    'A lab on existing clusters keeps the UID of kube-system of both. A kubeconfig leads to another cluster by now. Nothing was changed.',
  ),
  // E9: bugs
  E9001: entry(
    'bug',
    'a bug in catalyst',
    'Something that cannot happen happened. `catalyst support-bundle` collects what is needed to report it.',
  ),
} as const satisfies Record<string, ErrorCodeEntry>;

export type ErrorCode = keyof typeof errorCodes;
