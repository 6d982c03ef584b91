/** E3: tools, Kubernetes, Blueprints. */
import { type CodesOf, entry } from './entry.js';

export const toolCodes = {
  E3001: entry(
    'external',
    'a tool is missing',
    'helm, kubectl or git was not found, or its version is outside the supported range.',
  ),
  E3002: entry(
    'external',
    'a tool failed',
    'A program that catalyst runs ended with an error; the message has its last output.',
  ),
  E3003: entry('external', 'SSH failed', 'A server could not be reached over SSH, or closed the connection.'),
  E3004: entry(
    'refused',
    'unexpected SSH host key',
    'The server presents a host key other than the one installed at its creation. catalyst never trusts a key on first use.',
  ),
  E3005: entry(
    'external',
    'git acted on another repository',
    'git works on a repository that catalyst did not create, or the remote does not contain what was pushed. catalyst stops there.',
  ),
  E3006: entry(
    'external',
    'helm acted on another cluster',
    'helm reported success, and the cluster that catalyst named has no record of the release. Look for it on your other clusters before you go on.',
  ),
  E3007: entry(
    'usage',
    'a proxy cannot be used',
    'HTTPS_PROXY, HTTP_PROXY or `proxy-url` of a kubeconfig names a proxy of a kind that catalyst does not support.',
  ),
  E3008: entry(
    'external',
    'a login plugin of a kubeconfig failed',
    'The kubeconfig names a program that gives the credential. It was not found, it failed, or its output is not an ExecCredential.',
  ),
  E3009: entry(
    'refused',
    'a registry login would be sent elsewhere',
    'A registry requests its login to be sent to another host, or without TLS. Nothing was sent. A token service on another host is named in spec.charts.tokenService.',
  ),
  E3010: entry(
    'external',
    'no token is available for a registry',
    'The registry returned no address of its token service or no address to continue an upload, or its token service returned no token.',
  ),
  E3020: entry(
    'refused',
    'a cached program can be changed by others',
    'helm and kubectl are unpacked once into the cache. Another user can write to the file or to a folder that it is in, so the program that would start, with the credentials of this Sovereign, might not be the one that catalyst unpacked.',
  ),
  E3021: entry(
    'refused',
    'a chart is not the one that was pinned',
    'The archive of a chart has another digest than its Blueprint pins, or than was recorded when it was first pulled (charts.lock.json in the state folder). A version that is published again is a change that nobody has reviewed.',
  ),
  E3022: entry(
    'external',
    'the record of chart digests cannot be read',
    'charts.lock.json in the state folder records the digest of every chart that was pulled. It is damaged, or not a file.',
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
    'a chart is not available',
    'The source that a chart is pinned to does not answer, or has no such chart or version. The pin is in the Blueprint, an override in spec.blueprints, another place in spec.charts.mirror.',
  ),
  E3205: entry(
    'external',
    'a registry refused',
    'A container registry refused a call, does not have an image, or sent other bytes than the digest names. Logins are those of `helm registry login` and docker.',
  ),
  E3206: entry(
    'external',
    'an image cannot be pulled',
    'A registry does not have an image or chart of the tree, or keeps it from this login. Waiting does not help: correct the name, or give the login with spec.charts.secretRef and the credential registry-token.',
  ),
  E3207: entry(
    'check-failed',
    'the start order has a cycle',
    'After all machines were off, some parts of the Sovereign would wait for each other forever: none of them serves before another one responds. The finding names the cycle and what each part needs. A need does not count if retrying resolves it, or if data in etcd or on the nodes satisfies it.',
  ),
} as const satisfies CodesOf<3>;
