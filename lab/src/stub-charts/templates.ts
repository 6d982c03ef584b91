/** What some upstream charts make of their values and others rely on: routes, a backup location, an admission webhook. */
import type { ArchiveFile } from 'catalyst/blueprints/charts/archive.js';
import { solverName, solverTemplate } from './solver.js';

interface Rule {
  path: string;
  service: string;
  port: number;
}

/** An Ingress for each entry of `list`; `host` says where in an entry its name stands. */
const ingress = (on: string, list: string, host: string, rules: readonly Rule[]): string => `{{- if ${on} }}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
spec:
  ingressClassName: traefik
  rules:
  {{- range ${list} }}
    - host: {{ ${host} | quote }}
      http:
        paths:
${rules.map(pathOf).join('\n')}
  {{- end }}
{{- end }}
`;

const pathOf = ({ path, service, port }: Rule): string =>
  `          - {path: ${path}, pathType: Prefix, backend: {service: {name: ${service}, port: {number: ${port}}}}}`;

const all = (service: string, port: number): Rule[] => [{ path: '/', service, port }];

const certManagerWebhook = (
  word: string,
  { rule, path }: { rule: string; path: string },
): string => `apiVersion: admissionregistration.k8s.io/v1
kind: ${word}WebhookConfiguration
metadata:
  name: cert-manager-webhook
  annotations: {cert-manager.io/inject-ca-from-secret: "{{ .Release.Namespace }}/cert-manager-webhook-ca"}
webhooks:
  - name: webhook.cert-manager.io
    admissionReviewVersions: [v1]
    sideEffects: None
    failurePolicy: Fail
    timeoutSeconds: 30
    rules:
      - ${rule}
    clientConfig:
      service: {name: cert-manager-webhook, namespace: {{ .Release.Namespace }}, path: ${path}, port: 443}
`;

const templates: Record<string, string> = {
  gitea: ingress('(.Values.ingress).enabled', '.Values.ingress.hosts', '.host', all('gitea-http', 3000)),
  keycloakx: ingress('(.Values.ingress).enabled', '.Values.ingress.rules', '.host', all('keycloak-http', 80)),
  openbao: ingress(
    '((.Values.server).ingress).enabled',
    '.Values.server.ingress.hosts',
    '.host',
    all('openbao-active', 8200),
  ),
  grafana: ingress('(.Values.ingress).enabled', '.Values.ingress.hosts', '.', all('grafana', 80)),
  harbor: ingress('((.Values.expose).ingress).hosts', '(values .Values.expose.ingress.hosts)', '.', [
    ...['/api/', '/service/', '/v2/', '/c/'].map((path) => ({ path, service: 'harbor-core', port: 80 })),
    ...all('harbor-portal', 80),
  ]),
  velero: `{{- range ((.Values.configuration).backupStorageLocation) }}
---
apiVersion: velero.io/v1
kind: BackupStorageLocation
metadata:
  name: {{ .name }}
  namespace: {{ $.Release.Namespace }}
spec:
  provider: {{ .provider }}
  default: {{ .default | default false }}
  objectStorage: {bucket: {{ .bucket | quote }}{{ with .prefix }}, prefix: {{ . | quote }}{{ end }}}
  config: {{ .config | toJson }}
  {{- with .credential }}
  credential: {{ toJson . }}
  {{- end }}
{{- end }}
`,
  traefik: `{{- if dig "ingressClass" "enabled" true .Values.AsMap }}
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata:
  name: {{ dig "ingressClass" "name" .Release.Name .Values.AsMap }}
  annotations: {ingressclass.kubernetes.io/is-default-class: {{ dig "ingressClass" "isDefaultClass" true .Values.AsMap | quote }}}
spec: {controller: traefik.io/ingress-controller}
{{- end }}
`,
  'cert-manager': [
    certManagerWebhook('Validating', {
      rule: '{apiGroups: [cert-manager.io, acme.cert-manager.io], apiVersions: [v1], operations: [CREATE, UPDATE], resources: ["*/*"]}',
      path: '/validate',
    }),
    certManagerWebhook('Mutating', {
      rule: '{apiGroups: [cert-manager.io], apiVersions: [v1], operations: [CREATE], resources: [certificaterequests]}',
      path: '/mutate',
    }),
  ].join('---\n'),
};

export function valueTemplates(chart: string, { solver }: { solver: boolean }): ArchiveFile[] {
  const text = chart === solverName && solver ? solverTemplate : templates[chart];
  return text === undefined ? [] : [{ path: 'templates/from-values.yaml', text }];
}
