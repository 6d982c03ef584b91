/** A delegated name: the parent's servers, the Sovereign's own, and resolvers that answer as these do. */
import type { Refusal } from '../../../src/handover/record.js';
import type { DnsAnswer, DnsQuestion } from '../../../src/tools/dns/dns.js';
import { checklist } from '../../../src/verification/dod/checklist.js';
import { judgeNames, lookAtNames } from '../../../src/verification/dod/checks/delegated-names.js';
import { type ItemResult, passed } from '../../../src/verification/dod/item.js';
import type { Scope } from '../../../src/verification/dod/scope.js';
import { resolversOf } from '../../../src/walk/delegation/await-referral.js';
import type { World } from '../../../src/world/world.js';
import { fakeWorld } from '../../unit/walk/rig.js';
import type { Stage } from '../rigged-world.js';

export interface NamesWorld {
  world: World;
  resolvers: string[];
  parents: readonly string[];
  /** Changes what a server answers, by its address. */
  answers: Map<string, (question: DnsQuestion, honest: DnsAnswer) => DnsAnswer>;
}

const own = '203.0.113.10';
const record = (name: string, type: string, data: unknown) => ({ name, type, ttl: 60, data });

async function namesWorld(): Promise<NamesWorld> {
  const answers: NamesWorld['answers'] = new Map();
  const { world } = await fakeWorld({
    dns: async (question) => {
      const found = question.type === 'A' ? [record(question.name, 'A', own)] : [];
      const honest = { rcode: 'NOERROR', authoritative: true, answers: found, authorities: [], additionals: [] };
      return answers.get(question.server)?.(question, honest) ?? honest;
    },
  });
  const resolvers = resolversOf(await world.tree()).map(({ server }) => server);
  return { world, resolvers, parents: world.sovereign.spec.mother.powerdns.nameservers, answers };
}

export const onNames: Stage<NamesWorld> = {
  honest: namesWorld,
  async judge({ world }) {
    const nameServers = ['ns1.omantel.omani.works'];
    const seen = await lookAtNames(world, { ok: true, summary: 'delegated', nameServers, addresses: [own] });
    return judgeNames(seen, passed('#374'), world.sovereign);
  },
};

/** Every server of the parent has a DS, and every resolver has validated the chain. */
export function signed({ answers, parents, resolvers }: NamesWorld): void {
  for (const server of parents)
    answers.set(server, ({ name, type }, honest) =>
      type === 'DS' ? { ...honest, answers: [record(name, 'DS', {})] } : honest,
    );
  for (const server of resolvers) answers.set(server, (_, honest) => ({ ...honest, authenticated: true }));
}

export const onSignedNames: Stage<NamesWorld> = {
  ...onNames,
  async honest() {
    const world = await namesWorld();
    signed(world);
    return world;
  },
};

/** What the handover recorded of the credentials that the mother knew. */
export const onCredentials: Stage<Refusal[]> = {
  honest: () => [{ what: 'kubeconfig 5cd1bceaaacb71f6', answer: 'refused', at: '2026-11-30T00:00:00Z' }],
  async judge(refusals) {
    const record = { state: 'REVOKED', history: [{ at: '' }], refusals };
    const answers = new Map(['D3', 'D4'].map((id) => [id, passed('') as ItemResult]));
    return checklist.find(({ id }) => id === 'W4')!.check({ record } as unknown as Scope, answers);
  },
};
