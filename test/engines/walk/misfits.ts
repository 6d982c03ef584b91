const made = { name: 'misfit', namespace: 'default' };
/** Objects with one fault each, and how the true definition of their kind refuses it. */
export const misfits = [
  [
    {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata: made,
      spec: { secretName: 'x', issuerRef: { name: 'x' }, dnsName: 'a.example' },
    },
    /unknown field "spec\.dnsName"/,
  ],
  [
    { apiVersion: 'velero.io/v1', kind: 'Backup', metadata: made, spec: { includedNamespaces: 'shop' } },
    /spec\.includedNamespaces/,
  ],
  [
    {
      apiVersion: 'cilium.io/v2',
      kind: 'CiliumNetworkPolicy',
      metadata: made,
      spec: { endpointSelector: {}, egres: [] },
    },
    /unknown field "spec\.egres"/,
  ],
  [
    { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: made, spec: { refreshIntervall: '1h' } },
    /unknown field "spec\.refreshIntervall"/,
  ],
  [{ apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', metadata: made, spec: { instances: 0 } }, /spec\.instances/],
  [
    {
      apiVersion: 'kyverno.io/v1',
      kind: 'ClusterPolicy',
      metadata: { name: 'misfit' },
      spec: { validationFailureAction: 'Refuse', rules: [] },
    },
    /spec\.validationFailureAction/,
  ],
] as const;
