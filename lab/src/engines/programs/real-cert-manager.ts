/**
 * cert-manager as what it is: controller, webhook, cainjector and the solver for PowerDNS, each run as long as the Pod of its
 * Deployment, as the ServiceAccount of that Pod. The API server calls webhook and solver by their Services.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { secretValue } from '../../controllers/flux/flux-ready.js';
import type { ReconcileContext } from '../../controllers/reconciler.js';
import { answersByTls } from '../answers-by-tls.js';
import type { FluxOptions } from '../build/flux-programs.js';
import type { Child } from '../children.js';
import { freePorts } from '../free-ports.js';
import { podProgram, writeKubeconfig } from '../pods/pod-program.js';
import type { RealPart } from '../real-parts.js';

const namespace = 'cert-manager';
const webhook = 'cert-manager-webhook';
const solver = 'cert-manager-webhook-pdns';

interface Part {
  /** Of the Deployment, and of the Service before it. */
  name: string;
  /** Arguments and environment; undefined while what they are made of is not there. */
  call(
    lab: ReconcileContext,
    kubeconfig: string,
  ): Promise<{ args: string[]; env?: Record<string, string> } | undefined>;
  /** Loopback port that answers for its Service; its Pod is Ready once that speaks TLS. */
  port?: number;
}

/** One for each Deployment. */
export async function realCertManager(options: FluxOptions): Promise<RealPart[]> {
  const [webhookPort = 0, solverPort = 0] = await freePorts(2);
  const parts: Part[] = [
    { name: 'cert-manager', call: async (lab, kubeconfig) => controller(lab, kubeconfig) },
    {
      name: webhook,
      port: webhookPort,
      call: async (_lab, kubeconfig) => ({ args: webhookArgs(kubeconfig, webhookPort) }),
    },
    { name: 'cert-manager-cainjector', call: async (_lab, file) => ({ args: ['cainjector', `--kubeconfig=${file}`] }) },
    {
      name: solver,
      port: solverPort,
      call: (lab, kubeconfig) => solverCall(lab, kubeconfig, solverPort, join(options.directory, solver)),
    },
  ];
  return parts.map((part) => run(part, options));
}

function run({ name, call, port }: Part, { plane, engines, directory, network }: FluxOptions): RealPart {
  async function start(pod: KubeObject, lab: ReconcileContext): Promise<Child | undefined> {
    const kubeconfig = join(directory, name, 'kubeconfig');
    await writeKubeconfig(kubeconfig, pod, lab, plane);
    const called = await call(lab, kubeconfig);
    if (!called) return undefined;
    const { proxy, caFile } = network();
    return plane.children.start(name, {
      file: engines.program('cert-manager'),
      args: called.args,
      env: {
        POD_NAMESPACE: namespace,
        HTTP_PROXY: proxy,
        HTTPS_PROXY: proxy,
        NO_PROXY: '127.0.0.1,localhost',
        SSL_CERT_FILE: caFile,
        ...called.env,
      },
    });
  }

  if (port === undefined) return { rule: podProgram({ namespace, name, start }).rule };
  const { rule, component } = podProgram({ namespace, name, start, answers: () => answersByTls(port) });
  return {
    rule,
    component,
    lead: (at, service, asked) => (at === namespace && service === name && asked === 443 ? port : undefined),
  };
}

/** As the chart's values have it, with the resolver of the lab for the public ones, and without the ten seconds between two looks. */
const controller = ({ world }: ReconcileContext, kubeconfig: string) =>
  world.resolver === undefined
    ? undefined
    : {
        args: [
          ...['controller', `--kubeconfig=${kubeconfig}`, `--cluster-resource-namespace=${namespace}`],
          ...[`--dns01-recursive-nameservers=${world.resolver}`, '--dns01-recursive-nameservers-only=true'],
          '--dns01-check-retry-period=1s',
        ],
      };

const webhookArgs = (kubeconfig: string, port: number) => [
  ...['webhook', `--kubeconfig=${kubeconfig}`, `--secure-port=${port}`],
  ...[`--dynamic-serving-ca-secret-namespace=${namespace}`, `--dynamic-serving-ca-secret-name=${webhook}-ca`],
  `--dynamic-serving-dns-names=${[webhook, `${webhook}.${namespace}`, `${webhook}.${namespace}.svc`].join(',')}`,
];

/** Serves with the certificate of the Secret that its Pod mounts, for the API group that leads to its Service. */
async function solverCall(lab: ReconcileContext, kubeconfig: string, port: number, directory: string) {
  const group = await groupOf(lab);
  const files = ['tls.crt', 'tls.key'].map((key) => [key, secretValue(lab, namespace, `${solver}-webhook-tls`, key)]);
  if (!group || files.some(([, text]) => text === undefined)) return undefined;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const [key, text] of files) writeFileSync(join(directory, `${key}`), `${text}`, { mode: 0o600 });
  return {
    args: [
      ...['solver', `--kubeconfig=${kubeconfig}`],
      ...[`--authentication-kubeconfig=${kubeconfig}`, `--authorization-kubeconfig=${kubeconfig}`],
      ...['--bind-address=127.0.0.1', `--secure-port=${port}`],
      ...[`--tls-cert-file=${join(directory, 'tls.crt')}`, `--tls-private-key-file=${join(directory, 'tls.key')}`],
    ],
    env: { GROUP_NAME: group },
  };
}

async function groupOf(lab: ReconcileContext): Promise<string | undefined> {
  const answer = await lab.kube.raw('/apis/apiregistration.k8s.io/v1/apiservices');
  const { items = [] } = JSON.parse(answer.body) as { items?: KubeObject[] };
  return items.find(({ spec }) => spec.service?.name === solver && spec.service.namespace === namespace)?.spec.group;
}
