import type { Conversation } from '../conversation.js';

/** Helm's own life of a release; the chart is packed by the first turn. */
export const helm: Conversation = {
  name: 'helm',
  turns: [
    { id: 'chart', helm: 'create talk', silent: true },
    { id: 'installed', helm: 'install r talk -n talk-helm --create-namespace --set replicaCount=0' },
    { id: 'installed twice', helm: 'install r talk -n talk-helm' },
    { id: 'listed', helm: 'list -n talk-helm -o json', pick: ['0.name', '0.revision', '0.status', '0.chart'] },
    { id: 'upgraded', helm: 'upgrade r talk -n talk-helm --set replicaCount=0 --set service.port=81' },
    {
      id: 'its Service',
      kubectl: 'get service r-talk -n talk-helm -o json',
      pick: ['spec.ports', 'metadata.labels', 'metadata.annotations'],
    },
    { id: 'rolled back', helm: 'rollback r 1 -n talk-helm' },
    {
      id: 'history',
      helm: 'history r -n talk-helm -o json',
      pick: ['0.status', '1.status', '2.status', '2.description'],
    },
    { id: 'values', helm: 'get values r -n talk-helm -o json' },
    {
      id: 'dry-run on the server',
      helm: 'upgrade r talk -n talk-helm --dry-run=server --set service.type=Nonsense',
      pick: [],
    },
    { id: 'refused by the server', helm: 'upgrade r talk -n talk-helm --set service.type=Nonsense' },
    { id: 'failed is written down', helm: 'history r -n talk-helm -o json', pick: ['3.status'] },
    {
      id: 'object of somebody else',
      kubectl: 'apply --server-side -f -',
      stdin: '{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"other-talk","namespace":"talk-helm"}}',
      silent: true,
    },
    { id: 'is not taken over', helm: 'install other talk -n talk-helm' },
    { id: 'uninstalled', helm: 'uninstall r -n talk-helm' },
    { id: 'nothing is left of it', kubectl: 'get service,deployment,serviceaccount -n talk-helm -o name' },
    { id: 'uninstalled twice', helm: 'uninstall r -n talk-helm' },
  ],
};
