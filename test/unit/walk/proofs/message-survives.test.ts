import { expect, it } from 'vitest';
import type { KubeObject } from '../../../../src/kubernetes/client/kube.js';
import { messageSurvives } from '../../../../src/walk/proofs/data/message-survives.js';
import { fakeKube } from '../../../fakes/fake-kube.js';
import { fakeContext, fakeWorld } from '../rig.js';

/** Its Jobs end well, with that answer. */
function answering(answer: object) {
  const jobs: KubeObject[] = [];
  const cluster = fakeKube((object) => {
    if (object.kind !== 'Job') return [object];
    jobs.push(object);
    const { namespace, name } = object.metadata;
    const terminated = { exitCode: 0, message: JSON.stringify(answer) };
    const { labels } = object['spec'].template.metadata;
    return [
      { ...object, status: { succeeded: 1 } },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { namespace, name, labels },
        status: { containerStatuses: [{ state: { terminated } }] },
      },
    ];
  });
  Object.assign(cluster, { delete: async () => true });
  return { cluster, jobs };
}

it('an event bus that admits a connection without credentials is not proven', async () => {
  const { cluster, jobs } = answering({ anonymous: 'accepted' });
  const { world } = await fakeWorld({ cluster });
  await expect(messageSurvives(world).take(fakeContext(world).context)).rejects.toMatchObject({
    code: 'E4009',
    message: expect.stringContaining('NATS to refuse a connection without credentials'),
  });
  const [container] = jobs[0]!['spec'].template.spec.containers;
  expect(container.env).toContainEqual({
    name: 'NATS_PASSWORD',
    valueFrom: { secretKeyRef: { name: 'nats-auth', key: 'probe' } },
  });
});
