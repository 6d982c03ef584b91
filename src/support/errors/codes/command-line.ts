/** E1: command line, spec, state, credentials. */
import { type CodesOf, entry } from './entry.js';

export const commandLineCodes = {
  E1001: entry(
    'usage',
    'wrong usage',
    'A flag or argument is missing, unknown or of the wrong form. `--help` shows what the command takes.',
  ),
  E1002: entry(
    'usage',
    'an answer is required',
    'There is no terminal to prompt on. The message names the flag, variable or spec field that gives the answer.',
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
    'Another catalyst process is working on this Sovereign; the message names it and the lease file. A lock whose process has ended on this machine is taken over automatically.',
  ),
  E1203: entry(
    'locked',
    'the holder of the lock cannot be checked',
    'The run that holds the lock has stopped renewing it, on another machine or where its processes are not visible. It may have ended, be suspended or be disconnected. `catalyst unlock` shows what is known and takes the lock over.',
  ),
  E1204: entry(
    'locked',
    'the journal was written by another process',
    'The journal was changed, removed or replaced while this run was using it. The run stops before its next change; the next run looks up the outcome of what was begun.',
  ),
  E1205: entry(
    'usage',
    'the port cannot be opened',
    'The port given by --port is in use by another program, or this user has no permission to open it. Without --port, catalyst uses any free port.',
  ),
  E1120: entry(
    'usage',
    'a credential would be sent unencrypted',
    'An address that receives a credential is plain http://, and anyone on the network path could read it. Only this machine (127.0.0.0/8, ::1, localhost) and the lab named by --lab are exempt. The message names the field or variable.',
  ),
  E1301: entry(
    'credentials',
    'a credential is missing',
    'A required credential is neither in the environment nor in the store.',
  ),
  E1302: entry(
    'credentials',
    'a credential was refused',
    'The system that issued the credential refused it, or it lacks permissions that catalyst needs.',
  ),
  E1303: entry(
    'credentials',
    'the credential store cannot be opened',
    'secrets.age cannot be decrypted with the identity or passphrase at hand, or is damaged.',
  ),
  E1304: entry(
    'credentials',
    'a credential is malformed',
    'The value that was typed, piped or set in a variable is empty, quoted, or contains spaces or control characters. Spaces and line breaks around it are ignored.',
  ),
  E1305: entry(
    'credentials',
    'the credential store is encrypted for something else',
    'CATALYST_PASSPHRASE is set, but secrets.age is encrypted with the identity of this machine. Only `catalyst credentials rekey` re-encrypts it.',
  ),
  E1401: entry(
    'check-failed',
    'preflight failed',
    'At least one read-only check failed. The message lists all of them, each with what to do; nothing was changed.',
  ),
  E1402: entry(
    'external',
    'the clock of this machine is wrong',
    'Requests to Object Storage are signed with the time of this machine, and refused when it is more than 15 minutes off.',
  ),
  E1306: entry(
    'credentials',
    'a credential expires too soon',
    'The client certificate or token in a kubeconfig has expired, or would expire before a run can finish. The run would be left half done.',
  ),
  E1410: entry(
    'refused',
    'not the cluster of the Sovereign',
    'A cluster is identified by the UID of its kube-system namespace. The kubeconfig of the Sovereign leads to the mother cluster, to another one that has the SME demos, or, when a kubeconfig is given for the first time, to a cluster whose nodes are not servers of the Sovereign at Hetzner. Nothing was changed.',
  ),
  E1411: entry(
    'refused',
    'endpoints of different worlds',
    'Every lab marks what it serves: the Hetzner API and both clusters. The endpoints of this command belong to different labs, or to a lab and the real world. Nothing was changed.',
  ),
  E1412: entry(
    'external',
    'the world could not be identified',
    'catalyst reads from the Hetzner API and both clusters whether this is a lab. None of the configured ones answered.',
  ),
  E1413: entry(
    'usage',
    'a flag leads out of the lab',
    'A lab touches nothing but itself, so --kubeconfig and --mother-kubeconfig are refused beside --lab. Only a lab on existing clusters (--engine kubeconfig) takes them.',
  ),
  E1901: entry(
    'interrupted',
    'interrupted',
    'The run was stopped by a signal. Nothing is lost: `catalyst resume` continues the run.',
  ),
  E1902: entry(
    'interrupted',
    'the output was closed',
    'The program or terminal that read the output is gone (`| head`, a closed window). A command that changes something stops, reverts its temporary changes and exits 130; one that only reads exits 0.',
  ),
} as const satisfies CodesOf<1>;
