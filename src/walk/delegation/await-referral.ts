/**
 * After the delegation was changed: first every server of the parent zone refers to the Sovereign's, then no resolver that the certificates
 * depend on answers from before. Resolvers are asked for the NS alone, and only once it exists: no question here leaves a "does not exist"
 * behind. The wait ends with the caches, or with the TTL that they keep at most.
 */
import type { RenderedTree } from '../../blueprints/render/render.js';
import { bareName, parentZoneOf } from '../../sovereign/spec/protected-names.js';
import { messageOf } from '../../support/errors/errors.js';
import { waitUntil } from '../../support/wait.js';
import { parseYamlStream } from '../../support/yaml/read-yaml.js';
import type { DnsAnswer } from '../../tools/dns/dns.js';
import type { StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { oldAnswers } from './kept-zone.js';

type Told = Pick<StepContext, 'progress' | 'signal'>;

/** PowerDNS looks for new and removed zones every five minutes (zone-cache-refresh-interval), its secondaries at their own pace. */
const referralMs = 15 * 60_000;

/** Throws E4003 naming the servers that still answer otherwise. */
export async function awaitReferral(
  world: World,
  { progress, signal }: Told,
  servers: readonly string[],
): Promise<void> {
  const { fqdn, mother } = world.sovereign.spec;
  const parent = parentZoneOf(world.sovereign);
  await waitUntil<true>({
    reason: `every server of ${parent} to refer ${fqdn} to ${servers.join(', ')}`,
    timeoutMs: referralMs,
    clock: world.clock,
    signal,
    maxPauseMs: 15_000,
    onPending: progress.waiting,
    look: async () => {
      const seen = await Promise.all(
        mother.powerdns.nameservers.map(async (server) => {
          const problem = await world
            .dns({ server, name: fqdn, type: 'NS', transport: 'udp', signal })
            .then((answer) => notReferred(answer, fqdn, servers), messageOf);
          return problem === undefined ? [] : [`${server} ${problem}`];
        }),
      );
      const open = seen.flat();
      return open.length === 0 ? { done: true } : { pending: open.join('; ') };
    },
  });
}

/** What is wrong with a parent server's answer; undefined when it refers to all of these, with glue. Pure. */
export function notReferred(answer: DnsAnswer, fqdn: string, servers: readonly string[]): string | undefined {
  const named = namesIn([...answer.authorities, ...answer.answers], fqdn);
  if (answer.authoritative) return `answers for ${fqdn} itself${named.length > 0 ? ` (${named.join(', ')})` : ''}`;
  if (named.length === 0) return `knows no server of ${fqdn} (${answer.rcode})`;
  if (!isSame(named, servers)) return `refers ${fqdn} to ${named.join(', ')}`;
  const glue = answer.additionals.filter(({ type }) => type === 'A').map(({ name }) => bareName(name));
  const bare = servers.map(bareName).filter((server) => !glue.includes(server));
  return bare.length === 0 ? undefined : `has no glue for ${bare.join(', ')}`;
}

/**
 * Waits while a resolver that cert-manager asks answers from before, at most as long as it may keep that answer. Nothing is waited for
 * where nothing was changed from this state folder, or that time has passed.
 */
export async function awaitResolvers(
  world: World,
  { progress, signal }: Told,
  servers: readonly string[],
): Promise<void> {
  const { fqdn } = world.sovereign.spec;
  const old = oldAnswers(world);
  const leftMs = old ? Date.parse(old.until) - world.clock.now().getTime() : 0;
  if (!old || leftMs <= 0) return;
  const deadline = new Date(old.until);
  let pause = 1000;
  for (let told = ''; world.clock.now() < deadline; ) {
    signal.throwIfAborted();
    const open = await staleResolvers(world, signal, servers);
    if (open.length === 0) return;
    const pending = `${open.join('; ')}: ${old.why}`;
    if (pending !== told) progress.waiting(pending, deadline);
    told = pending;
    await world.clock.sleep(Math.min(pause, deadline.getTime() - world.clock.now().getTime()), signal);
    pause = Math.min(pause * 2, 15_000);
  }
  progress.output(`${fqdn}: ${old.why}, which was until ${old.until}; no cache has it any longer`);
}

async function staleResolvers(world: World, signal: AbortSignal, servers: readonly string[]): Promise<string[]> {
  const { fqdn } = world.sovereign.spec;
  const seen = await Promise.all(
    resolversOf(await world.tree()).map(async ({ server, port }) => {
      const problem = await world
        .dns({ server, port, name: fqdn, type: 'NS', transport: 'udp', recursive: true, signal })
        .then((answer) => {
          const named = namesIn(answer.answers, fqdn);
          if (isSame(named, servers)) return undefined;
          return named.length > 0 ? `still answers ${named.join(', ')}` : `answers ${answer.rcode} without NS`;
        }, messageOf);
      return problem === undefined ? [] : [`${server} ${problem}`];
    }),
  );
  return seen.flat();
}

/** Those that cert-manager looks a challenge up at before the certificate authority is asked to, as the tree has them. */
export function resolversOf(tree: Pick<RenderedTree, 'folder'>): { server: string; port: number }[] {
  const values = (tree.folder('bp-cert-manager')?.files ?? [])
    .flatMap(({ text }) => parseYamlStream(text) as { kind?: string; spec?: { values?: Record<string, unknown> } }[])
    .flatMap((object) =>
      object?.kind === 'HelmRelease' ? (object.spec?.values?.['dns01RecursiveNameservers'] ?? []) : [],
    );
  return values
    .flatMap((list) => String(list).split(','))
    .map((one) => /^(.+):(\d+)$/.exec(one.trim()))
    .flatMap((match) => (match ? [{ server: match[1]!, port: Number(match[2]) }] : []));
}

const namesIn = (records: DnsAnswer['answers'], fqdn: string) => [
  ...new Set(
    records
      .filter(({ name, type }) => type === 'NS' && bareName(name) === fqdn)
      .map(({ data }) => bareName(String(data))),
  ),
];

const isSame = (named: readonly string[], servers: readonly string[]) =>
  named.length === servers.length && servers.map(bareName).every((server) => named.includes(server));
