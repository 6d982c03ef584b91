/** E7: lab. */
import { type CodesOf, entry } from './entry.js';

export const labCodes = {
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
    'A lab on existing clusters needs two distinct ones, without nodes, Flux or anything else that the lab creates; nothing was touched.',
  ),
  E7006: entry(
    'credentials',
    'missing permissions on a cluster',
    'A kubeconfig lacks permissions that a lab needs on its cluster; the message names the verbs and resources.',
  ),
  E7007: entry(
    'usage',
    'the lab is not up, and the command only reads',
    'Commands that act start the lab that `--lab` names; commands that only read do not, so that a mistyped name starts nothing. `catalyst lab list` shows which exist, `catalyst lab up NAME` starts one.',
  ),
  E7010: entry(
    'refused',
    'the demos are on a cluster of the lab',
    'A lab creates and deletes objects on its clusters, so it is never made on one that holds the SME demos. Nothing was changed.',
  ),
  E7011: entry(
    'refused',
    'another cluster than the one of lab up',
    'A lab on existing clusters records the UID of kube-system of both. A kubeconfig now leads to another cluster. Nothing was changed.',
  ),
} as const satisfies CodesOf<7>;
