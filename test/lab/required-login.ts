/** A mother as later versions of upstream are: a login in front of PowerDNS and the pool-domain-manager, a session for catalyst-api. */
import type { Catalyst, LabInfo } from './catalyst.js';
import { kubeOf } from './left-on-mother.js';

const namespace = 'openova-system';
const annotation = 'traefik.ingress.kubernetes.io/router.middlewares';

/** Before the first run that looks at what is protected there. */
export async function requireLogin(catalyst: Catalyst, lab: LabInfo): Promise<void> {
  const kube = kubeOf(lab.kubeconfigs.mother);
  const name = 'powerdns-api-basicauth';
  await kube.create({
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, type: 'kubernetes.io/basic-auth' },
    stringData: { username: 'operator', password: 'lab-login-0123456789' },
  });
  await kube.create({
    ...{ apiVersion: 'traefik.io/v1alpha1', kind: 'Middleware', metadata: { namespace, name: 'powerdns-api-auth' } },
    spec: { basicAuth: { secret: name } },
  });
  for (const ingress of ['powerdns-api', 'pool-domain-manager'])
    await kube.patch(
      { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace, name: ingress },
      { metadata: { annotations: { [annotation]: `${namespace}-powerdns-api-auth@kubernetescrd` } } },
    );
  const path = '/sovereign/api/v1/deployments/*';
  const fault = [
    'lab',
    'fault',
    'status',
    '--lab',
    catalyst.lab,
    '--server',
    'mother-ingress',
    '--path',
    path,
    '--status',
    '401',
  ];
  const ended = await catalyst.run(fault);
  if (ended.code !== 0) throw new Error(ended.stderr);
}
