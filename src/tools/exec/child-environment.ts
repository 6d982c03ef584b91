/**
 * What a program that we start gets of our environment. A list of what is let through, not of what is kept back: variables
 * of git, helm and kubectl change what these act on (`GIT_DIR`, `HELM_KUBEAPISERVER`), and every secret in the environment
 * could be read from the program's memory and from what it starts in turn.
 */
type Environment = Readonly<Record<string, string | undefined>>;

/** Who and where we are, which language is spoken, the way to the network, and whom to trust there. */
const letThrough: readonly RegExp[] = [
  /^(PATH|HOME|USER|LOGNAME|TMPDIR|TMP|TEMP)$/,
  /^(LANG|LANGUAGE|LC_[A-Z]+|TZ)$/,
  /^(HTTP|HTTPS|ALL|NO)_PROXY$/i,
  /^(SSL_CERT_FILE|SSL_CERT_DIR|NODE_EXTRA_CA_CERTS)$/,
  /^XDG_[A-Z_]+$/,
];

/** Pure: all of a child's environment. `own` is set for this program alone; `inherit` names what else it needs of ours. */
export function childEnvironment(
  ours: Environment,
  own: Environment = {},
  inherit: readonly string[] = [],
): Record<string, string> {
  const allowed = Object.entries(ours).filter(
    ([name]) => inherit.includes(name) || letThrough.some((fits) => fits.test(name)),
  );
  return defined([...allowed, ...Object.entries(own)]);
}

/** The last value of a name counts; one that is undefined takes the name away. */
function defined(entries: readonly (readonly [string, string | undefined])[]): Record<string, string> {
  const last = Object.entries(Object.fromEntries(entries));
  return Object.fromEntries(last.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
