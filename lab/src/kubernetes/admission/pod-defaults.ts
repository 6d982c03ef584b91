/** Defaults of a Pod's spec, for Pods and for the templates of workloads. */

// biome-ignore lint/suspicious/noExplicitAny: a Pod spec as it came, of any version
type Part = any;

const set = (target: Part, defaults: Record<string, unknown>) => {
  for (const [name, value] of Object.entries(defaults)) target[name] ??= value;
};

export function defaultPodSpec(spec: Part): void {
  set(spec, {
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    terminationGracePeriodSeconds: 30,
    securityContext: {},
    schedulerName: 'default-scheduler',
  });
  if (spec.serviceAccountName !== undefined) set(spec, { serviceAccount: spec.serviceAccountName });
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) defaultContainer(container);
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
}

function defaultContainer(container: Part): void {
  set(container, {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: pullPolicyOf(String(container.image ?? '')),
    resources: {},
  });
  for (const port of container.ports ?? []) set(port, { protocol: 'TCP' });
  for (const env of container.env ?? []) {
    if (env.valueFrom?.fieldRef) set(env.valueFrom.fieldRef, { apiVersion: 'v1' });
  }
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) {
    if (!probe) continue;
    set(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
    if (probe.httpGet) set(probe.httpGet, { path: '/', scheme: 'HTTP' });
    if (probe.grpc) set(probe.grpc, { service: '' });
  }
}

function pullPolicyOf(image: string): string {
  const tag = /:([^/:@]+)(@.*)?$/.exec(image)?.[1];
  return image.includes('@') || (tag !== undefined && tag !== 'latest') ? 'IfNotPresent' : 'Always';
}

function defaultVolume(volume: Part): void {
  for (const source of [volume.secret, volume.configMap, volume.projected, volume.downwardAPI]) {
    if (source) set(source, { defaultMode: 420 });
  }
  if (volume.hostPath) set(volume.hostPath, { type: '' });
  for (const source of volume.projected?.sources ?? []) {
    if (source.serviceAccountToken) set(source.serviceAccountToken, { expirationSeconds: 3600 });
  }
}
