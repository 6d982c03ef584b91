/**
 * SPIRE less what our configuration does not name: the plugins for clouds and vaults, and the signatures of images, whose libraries take most
 * of its build. One of them (ejbca) cannot be had.
 */
import type { EngineChange } from './catalog.js';

export const spire = 'github.com/spiffe/spire';

// cspell:disable -- names of packages
const plugins: readonly [part: 'server' | 'agent', kind: string, ...packages: string[]][] = [
  ['server', 'nodeattestor', 'awsiid', 'azureimds', 'azuremsi', 'gcpiit', 'tpmdevid'],
  ['server', 'keymanager', 'awskms', 'azurekeyvault', 'gcpkms', 'hashicorpvault'],
  ['server', 'upstreamauthority', 'awspca', 'awssecret', 'certmanager', 'ejbca', 'gcpcas', 'vault'],
  ['server', 'bundlepublisher', 'awsrolesanywhere', 'awss3', 'gcpcloudstorage'],
  ['server', 'notifier', 'gcsbundle', 'k8sbundle'],
  ['agent', 'nodeattestor', 'awsiid', 'azureimds', 'azuremsi', 'gcpiit', 'tpmdevid'],
  ['agent', 'workloadattestor', 'docker'],
  ['agent', 'svidstore', 'awssecretsmanager', 'gcpsecretmanager'],
];

export const spireChanges: readonly EngineChange[] = [
  ...plugins.flatMap(([part, kind, ...packages]) =>
    packages
      .flatMap((name) => [`"${spire}/pkg/${part}/plugin/${kind}/${name}"`, `${name}.BuiltIn(),`])
      .map((text) => ({ module: spire, file: `pkg/${part}/catalog/${kind}.go`, by: { text, becomes: '' } })),
  ),
  ...['mysql', 'postgres'].map((name) => ({
    module: spire,
    file: `pkg/server/datastore/sqlstore/${name}.go`,
    by: { text: `_ "github.com/GoogleCloudPlatform/cloudsql-proxy/proxy/dialers/${name}"`, becomes: '' },
  })),
  { module: spire, file: 'pkg/server/datastore/sqldriver/awsrds/auth_token.go', by: 'rds/auth_token.go' },
  { module: spire, file: 'pkg/agent/common/sigstore/sigstore.go', by: 'sigstore/sigstore.go' },
];
