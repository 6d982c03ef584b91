/**
 * What a chart makes of its values that decides what the lab's programs do, and where packets get to them: arguments, environment, nodes,
 * the traffic policy of NodePorts. As much of it as the Blueprint sets.
 */
import type { ArchiveFile } from 'catalyst/blueprints/charts/archive.js';
import type { WorkloadRef } from 'catalyst/kubernetes/rollout.js';

/** Where they stand in a workload's template. */
export const argumentsMark = '<arguments>';

/** Of a container's environment. */
export const environmentMark = '<environment>';
export const nodesMark = '<nodes>';
export const policyMark = '<policy>';

/** What takes the place of each mark. */
const marked: readonly [mark: string, template: string][] = [
  [argumentsMark, '{{ include "stub.arguments" . }}'],
  [environmentMark, '{{ include "stub.environment" . }}'],
  [nodesMark, '{{ toJson (dig "nodeSelector" dict .Values.AsMap) }}'],
  [policyMark, '{{ dig "service" "spec" "externalTrafficPolicy" "Cluster" .Values.AsMap }}'],
];

/** A template with the values of its chart where marks stand. */
export const withValues = (text: string): string =>
  marked.reduce((made, [mark, template]) => made.replaceAll(mark, template), text);

/** deploy/helm/templates/deployment.yaml of trivy-operator 0.34.0: which namespaces it looks at. */
const trivy = `{{- define "stub.environment" -}}
{{- $values := .Values.AsMap -}}
{{- $excluded := dict "name" "OPERATOR_EXCLUDE_NAMESPACES" "value" (dig "excludeNamespaces" "" $values) -}}
{{- $targets := dict "name" "OPERATOR_TARGET_NAMESPACES" "value" (dig "targetNamespaces" "" $values) -}}
{{- toJson (list $targets $excluded) -}}
{{- end -}}
`;

/** Traefik's: its entry points with redirects, TLS, whom they believe and how long they wait, its providers, what it tells about itself. */
const traefik = `{{- define "stub.arguments" -}}
{{- $values := .Values.AsMap -}}
{{- $listens := dict "metrics" 9100 "traefik" 8080 "web" 8000 "websecure" 8443 -}}
{{- $exposed := dict "web" 80 "websecure" 443 -}}
{{- $made := list "--ping=true" "--api.dashboard=true" "--log.level=INFO" "--metrics.prometheus=true" "--metrics.prometheus.entrypoint=metrics" -}}
{{- if not (dig "global" "checkNewVersion" true $values) }}{{ $made = append $made "--global.checkNewVersion=false" }}{{ end -}}
{{- if dig "global" "sendAnonymousUsage" false $values }}{{ $made = append $made "--global.sendAnonymousUsage" }}{{ end -}}
{{- range $name, $port := $listens -}}
  {{- $made = append $made (printf "--entryPoints.%s.address=:%v/tcp" $name (dig "ports" $name "port" $port $values)) -}}
  {{- with dig "ports" $name "http" "redirections" "entryPoint" dict $values -}}
    {{- $to := printf "--entryPoints.%s.http.redirections.entryPoint" $name -}}
    {{- $made = append $made (printf "%s.to=:%v" $to (dig "ports" .to "exposedPort" (get $exposed .to) $values)) -}}
    {{- with .scheme }}{{ $made = append $made (printf "%s.scheme=%s" $to .) }}{{ end -}}
    {{- if hasKey . "permanent" }}{{ $made = append $made (printf "%s.permanent=%v" $to .permanent) }}{{ end -}}
  {{- end -}}
  {{- with dig "ports" $name "proxyProtocol" "trustedIPs" list $values -}}
    {{- $made = append $made (printf "--entryPoints.%s.proxyProtocol.trustedIPs=%s" $name (join "," .)) -}}
  {{- end -}}
  {{- range $key, $value := dig "ports" $name "transport" "respondingTimeouts" dict $values -}}
    {{- $made = append $made (printf "--entryPoints.%s.transport.respondingTimeouts.%s=%v" $name $key $value) -}}
  {{- end -}}
  {{- if dig "ports" $name "http" "tls" "enabled" (eq $name "websecure") $values -}}
    {{- $made = append $made (printf "--entryPoints.%s.http.tls=true" $name) -}}
  {{- end -}}
{{- end -}}
{{- range $flag, $key := dict "kubernetescrd" "kubernetesCRD" "kubernetesingress" "kubernetesIngress" -}}
  {{- if dig "providers" $key "enabled" true $values -}}
    {{- $of := printf "--providers.%s" $flag -}}
    {{- $made = append $made $of -}}
    {{- $made = append $made (printf "%s.allowEmptyServices=%v" $of (dig "providers" $key "allowEmptyServices" true $values)) -}}
    {{- range list "allowCrossNamespace" "allowExternalNameServices" "strictPrefixMatching" -}}
      {{- if dig "providers" $key . false $values }}{{ $made = append $made (printf "%s.%s=true" $of .) }}{{ end -}}
    {{- end -}}
    {{- with dig "providers" $key "defaultTLSResourcesNamespace" "" $values -}}
      {{- $made = append $made (printf "%s.defaultTLSResourcesNamespace=%s" $of .) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- if and (dig "providers" "kubernetesIngress" "enabled" true $values) (dig "providers" "kubernetesIngress" "publishedService" "enabled" true $values) -}}
  {{- $made = append $made (printf "--providers.kubernetesingress.ingressendpoint.publishedservice=%s/%s" .Release.Namespace .Release.Name) -}}
{{- end -}}
{{- toJson $made -}}
{{- end -}}
`;

/** charts/velero/templates/deployment.yaml of 12.1.0: whether volumes are backed up unless a backup says otherwise. */
const velero = `{{- define "stub.arguments" -}}
{{- $configuration := dig "configuration" dict .Values.AsMap -}}
{{- $made := list "server" -}}
{{- with get $configuration "uploaderType" }}{{ $made = append $made (printf "--uploader-type=%s" .) }}{{ end -}}
{{- if hasKey $configuration "defaultVolumesToFsBackup" -}}
  {{- $made = append $made (printf "--default-volumes-to-fs-backup=%v" $configuration.defaultVolumesToFsBackup) -}}
{{- end -}}
{{- toJson $made -}}
{{- end -}}
`;

const templates: Readonly<Record<string, string>> = { traefik, velero };
const environments: Readonly<Record<string, string>> = { 'trivy-operator': trivy };

/** Whether that chart gives its program arguments that a lab reads. */
export const hasArguments = (chart: string): boolean => chart in templates;

/** Where programs of cilium's chart find the Kubernetes API, as its own templates have it. */
const cilium = [
  { name: 'KUBERNETES_SERVICE_HOST', value: '{{ .Values.k8sServiceHost }}' },
  { name: 'KUBERNETES_SERVICE_PORT', value: '{{ .Values.k8sServicePort }}' },
];

/** By workload. */
const workloadEnvironments: Readonly<Record<string, { name: string; value: string }[]>> = {
  'DaemonSet kube-system/cilium': cilium,
  'Deployment kube-system/cilium-operator': cilium,
};

/** Variables that a chart gives a workload's program from its values: as much of them as a lab acts on. */
export function environmentOf({ kind, namespace, name }: WorkloadRef): { env?: { name: string; value: string }[] } {
  const env = workloadEnvironments[`${kind} ${namespace}/${name}`];
  return env ? { env } : {};
}
export const hasEnvironment = (chart: string): boolean => chart in environments;

export const argumentsFile = (chart: string): ArchiveFile[] => {
  const text = `${templates[chart] ?? ''}${environments[chart] ?? ''}`;
  return text === '' ? [] : [{ path: 'templates/_arguments.tpl', text }];
};
