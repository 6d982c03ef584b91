import { expect, it } from 'vitest';
import { pullLabel } from '../../../../src/blueprints/charts/chart-source.js';
import { runProbe } from '../../../../src/walk/probes/probe-job.js';
import { fakeKube } from '../../../fakes/fake-kube.js';
import { fakeContext, fakeWorld, wellBehaved } from '../rig.js';

/** A probe whose Job ends well; the login stands in flux-system when `login`. */
async function probed(login: boolean, namespace?: string) {
  const kube = fakeKube((object) =>
    object.kind === 'Job'
      ? [
          ...wellBehaved({ ...object, status: { succeeded: 1 } }),
          {
            apiVersion: 'v1',
            kind: 'Pod',
            metadata: { ...object.metadata, name: 'pod' },
            status: { containerStatuses: [{ state: { terminated: { exitCode: 0, message: '{}' } } }] },
          },
        ]
      : wellBehaved(object),
  );
  kube.delete = async (ref) => kube.objects.delete(`${ref.kind} ${ref.namespace}/${ref.name}`);
  const metadata = { namespace: 'flux-system', name: 'registry-pull', labels: { [pullLabel]: 'true' } };
  if (login)
    kube.put({ apiVersion: 'v1', kind: 'Secret', metadata, type: 'kubernetes.io/dockerconfigjson', data: { a: 'b' } });
  const { world } = await fakeWorld({ cluster: kube, kube: async () => kube });
  const job = { name: 'reach', image: 'ghcr.io/private/image:1', script: 'true', ...(namespace ? { namespace } : {}) };
  let applied: unknown[] = [];
  const { apply } = kube;
  kube.apply = async (batch, options) => {
    applied = [...batch];
    return apply(batch, options);
  };
  await runProbe(kube, fakeContext(world).context, job);
  const made = applied as { kind: string; metadata: object; data?: object; spec?: { template: { spec: object } } }[];
  return { kinds: made.map(({ kind }) => kind), secret: made.find(({ kind }) => kind === 'Secret'), job: made.at(-1)! };
}

it('a probe pulls with the login that Flux has, copied beside it', async () => {
  const { kinds, secret, job } = await probed(true);
  expect(kinds).toEqual(['Namespace', 'Secret', 'Job']);
  expect(secret).toMatchObject({ metadata: { namespace: 'catalyst-probes', name: 'registry-pull' }, data: { a: 'b' } });
  expect(job.spec!.template.spec).toMatchObject({ imagePullSecrets: [{ name: 'registry-pull' }] });
});

it('and without one where there is none, or where its namespace has its own', async () => {
  expect((await probed(false)).kinds).toEqual(['Namespace', 'Job']);
  expect((await probed(true, 'openbao')).kinds).toEqual(['Job']);
});
