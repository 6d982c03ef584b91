/** The login for images that are private: its place in the spec, and its value. */
import type { Context } from '../../../actions/session/context.js';
import type { Sovereign } from '../../../sovereign/spec/schema.js';
import { command } from '../../../support/commands/command.js';
import type { Question } from './question.js';

export const registryQuestions: readonly Question[] = [
  {
    id: 'registry-token',
    kind: 'secret',
    message: 'Token that may pull from ghcr.io/openova-io, whose images are private (empty: skip it for now)',
    short: 'Token for ghcr.io',
    help: 'token for the registries in spec.charts.secretRef, or a docker config with a login for each',
    variable: 'CATALYST_REGISTRY_TOKEN',
    optional: true,
    empty: 'skipped',
  },
];

/** The spec with `charts.secretRef`, where the tree has private images and the spec names no login yet. */
export async function withRegistryLogin(context: Context, own: Sovereign): Promise<Sovereign> {
  if (own.spec.charts.secretRef !== undefined) return own;
  const { privateHosts } = await import('../../../blueprints/catalog/images/private-images.js');
  const world = await context.draftWorld(own, {});
  const hosts = privateHosts(own, await world.tree(), world.blueprints);
  if (hosts.length === 0) return own;
  const secretRef = { name: 'registry-pull', hosts, username: 'catalyst' };
  return { ...own, spec: { ...own.spec, charts: { ...own.spec.charts, secretRef } } };
}

/** What a skipped token leads to. */
export const withoutToken = (hosts: readonly string[]) =>
  `No token for ${hosts.join(', ')} is captured: preflight fails, and nothing is built, until you run: ${command('credentials set', 'registry-token')}`;
