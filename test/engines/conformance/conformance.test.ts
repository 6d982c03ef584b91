/** The same words to both servers, the answers side by side. A difference is mended in the lab, or stands in differences.ts with its reason. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareTurns } from './compare.js';
import { type Answer, type Speaker, speakTo } from './conversation.js';
import { differences } from './differences.js';
import { playedServer, realServer, type Server } from './servers.js';
import { talks } from './talks/index.js';

let servers: Server[] = [];
let speakers: Speaker[] = [];
beforeAll(async () => {
  servers = await Promise.all([playedServer(), realServer()]);
  speakers = servers.map(({ kubeconfig }) => speakTo(kubeconfig));
}, 180_000);
afterAll(async () => {
  for (const speaker of speakers) speaker.close();
  await Promise.all(servers.map((server) => server.close()));
});

describe.each(talks)('$name', (talk) => {
  let emulated: Record<string, Answer>;
  let real: Record<string, Answer>;
  beforeAll(async () => {
    [emulated, real] = (await Promise.all(speakers.map((speaker) => speaker.hold(talk)))) as [
      typeof emulated,
      typeof real,
    ];
  }, 180_000);

  const known = differences.filter((one) => one.talk === talk.name);
  compareTurns(talk.turns, known, () => ({ emulated, real }));
});

test('every known difference names a turn that is held', () => {
  const held = talks.flatMap(({ name, turns }) => turns.map(({ id }) => `${name}/${id}`));
  expect(differences.map(({ talk, turn }) => `${talk}/${turn}`).filter((one) => !held.includes(one))).toEqual([]);
});
