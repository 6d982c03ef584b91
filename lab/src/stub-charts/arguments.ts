/** The arguments that a chart makes of its values for a program that is real in some labs: as much of them as the Blueprint sets. */
import type { ArchiveFile } from 'catalyst/blueprints/charts/archive.js';

/** Where they stand in a workload's template. */
export const argumentsMark = '<arguments>';

/** What takes the mark's place. */
export const argumentsTemplate = '{{ include "stand-in.arguments" . }}';

/** Traefik's: its entry points with redirects and TLS, its providers, what it tells about itself. */
const traefik = `{{- define "stand-in.arguments" -}}
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

const templates: Readonly<Record<string, string>> = { traefik };

/** Whether that chart gives its program arguments that a lab reads. */
export const hasArguments = (chart: string): boolean => chart in templates;

export const argumentsFile = (chart: string): ArchiveFile[] =>
  hasArguments(chart) ? [{ path: 'templates/_arguments.tpl', text: templates[chart]! }] : [];
