/**
 * What the chart of cert-manager-webhook-pdns brings so that its solver answers as an API group of the cluster: an authority of
 * its own, a certificate by it, the APIService, and the right of cert-manager to call that group.
 */

export const solverName = 'cert-manager-webhook-pdns';

/** The certificate that it serves with. */
export const solverVolumes = [{ name: 'certs', secret: { secretName: `${solverName}-webhook-tls` } }];

const issuer = (name: string, spec: string) => `apiVersion: cert-manager.io/v1
kind: Issuer
metadata: {name: ${solverName}-${name}, namespace: {{ .Release.Namespace }}}
spec: ${spec}
---
`;

const certificate = (name: string, by: string, spec: string) => `apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: ${solverName}-${name}, namespace: {{ .Release.Namespace }}}
spec:
  secretName: ${solverName}-${name}
  issuerRef: {name: ${solverName}-${by}}
  ${spec}
---
`;

export const solverTemplate = [
  issuer('selfsign', '{selfSigned: {}}'),
  certificate(
    'ca',
    'selfsign',
    `duration: 43800h
  isCA: true
  commonName: ca.${solverName}.cert-manager`,
  ),
  issuer('ca', `{ca: {secretName: ${solverName}-ca}}`),
  certificate(
    'webhook-tls',
    'ca',
    `duration: 8760h
  dnsNames: [${solverName}, "${solverName}.{{ .Release.Namespace }}", "${solverName}.{{ .Release.Namespace }}.svc"]`,
  ),
  `apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata:
  name: v1alpha1.{{ .Values.groupName }}
  annotations: {cert-manager.io/inject-ca-from: "{{ .Release.Namespace }}/${solverName}-webhook-tls"}
spec:
  group: {{ .Values.groupName }}
  version: v1alpha1
  groupPriorityMinimum: 1000
  versionPriority: 15
  service: {name: ${solverName}, namespace: {{ .Release.Namespace }}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: "${solverName}:domain-solver"}
rules:
  - {apiGroups: ["{{ .Values.groupName }}"], resources: ["*"], verbs: [create]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: "${solverName}:domain-solver"}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "${solverName}:domain-solver"}
subjects:
  - kind: ServiceAccount
    name: {{ .Values.certManager.serviceAccountName }}
    namespace: {{ .Values.certManager.namespace }}
`,
].join('');
