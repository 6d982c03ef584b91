/** D21: the Sovereign's own console and catalyst-api answer from its own informer. */
import { z } from 'zod';
import { releasesOf } from '../../../blueprints/catalog/releases.js';
import { variablesOf } from '../../../blueprints/render/variables.js';
import { messageOf } from '../../../support/errors/errors.js';
import { jsonOf } from '../../../tools/http/http-json.js';
import { type Answer, failed, passed } from '../item.js';
import type { Scope } from '../scope.js';

const blueprintsShape = z.object({
  blueprints: z.array(z.object({ name: z.string(), ready: z.boolean() })).default([]),
});
const graphShape = z.object({ nodes: z.array(z.unknown()).nullish() });

export async function ownConsole({ world }: Scope): Promise<Answer> {
  const { fqdn } = world.sovereign.spec;
  const ask = async (url: string) => {
    const answer = await world.http({ url, timeoutMs: 20_000, signal: world.signal });
    if (answer.status !== 200) throw new Error(`${url} answers ${answer.status}`);
    return answer;
  };
  try {
    await ask(`https://console.${fqdn}/`);
    await ask(`https://api.${fqdn}/api/v1/health`);
    const shown = await ask(`https://api.${fqdn}/api/v1/blueprints`);
    const { blueprints } = jsonOf(shown, `catalyst-api at api.${fqdn}`, blueprintsShape);
    const expected = world.blueprints.filter(
      (one) => releasesOf(one, world.sovereign, variablesOf(world.sovereign)).length > 0,
    );
    const ready = expected.filter((one) => blueprints.some((seen) => seen.name === one.name && seen.ready));
    if (ready.length < expected.length) {
      const missing = expected.filter((one) => !ready.includes(one)).map((one) => one.name);
      return failed(`its own catalyst-api does not show ${missing.join(', ')} as ready`);
    }
    const drawn = await ask(`https://api.${fqdn}/api/v1/sovereign/architecture`);
    const graph = jsonOf(drawn, `catalyst-api at api.${fqdn}`, graphShape);
    if (!graph.nodes || graph.nodes.length === 0) return failed('its architecture view is empty');
    const onDemand = world.blueprints.length - expected.length;
    return passed(
      `console and api answer; ${ready.length} Blueprints ready${onDemand > 0 ? `, ${onDemand} more per Organization` : ''}; architecture view of ${graph.nodes.length} nodes`,
    );
  } catch (error) {
    world.signal.throwIfAborted();
    return failed(messageOf(error));
  }
}
