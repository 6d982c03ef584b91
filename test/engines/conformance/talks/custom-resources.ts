import type { Conversation } from '../conversation.js';

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.talk.example.org' },
  spec: {
    group: 'talk.example.org',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', shortNames: ['wg'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            required: ['spec'],
            properties: {
              spec: {
                type: 'object',
                required: ['size'],
                properties: {
                  size: { type: 'integer', minimum: 1, maximum: 9 },
                  mode: { type: 'string', enum: ['hot', 'cold'], default: 'cold' },
                  name: { type: 'string', pattern: '^[a-z]+$', maxLength: 5 },
                  fixed: {
                    type: 'string',
                    'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'it is fixed' }],
                  },
                  parts: {
                    type: 'array',
                    maxItems: 2,
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['id'],
                    items: {
                      type: 'object',
                      required: ['id'],
                      properties: { id: { type: 'string' }, n: { type: 'integer' } },
                    },
                  },
                  free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                },
              },
              status: { type: 'object', properties: { ready: { type: 'boolean' } } },
            },
          },
        },
      },
    ],
  },
};
const widget = (spec: unknown, name = 'w') =>
  JSON.stringify({
    apiVersion: 'talk.example.org/v1',
    kind: 'Widget',
    metadata: { name, namespace: 'talk-crd' },
    spec,
  });
const [version] = definition.spec.versions;
/** The same without a status subresource, as Velero's kinds are. */
const plain = {
  ...definition,
  metadata: { name: 'gadgets.talk.example.org' },
  spec: {
    ...definition.spec,
    names: { plural: 'gadgets', singular: 'gadget', kind: 'Gadget' },
    versions: [{ ...version, subresources: undefined }],
  },
};
const gadgets = '/apis/talk.example.org/v1/namespaces/talk-crd/gadgets';
const told = (id: string, path: string, status: object, strictly = '') => ({
  id,
  http: {
    method: 'PATCH',
    path: `${gadgets}/${path}?fieldManager=one${strictly}`,
    body: { status },
    contentType: 'application/merge-patch+json',
  },
});
const tried = (id: string, spec: unknown) => ({ id, kubectl: 'create -f -', stdin: widget(spec, 'bad') });

/** Kinds that are added: their schema is enforced with the true words. */
export const customResources: Conversation = {
  name: 'custom resources',
  turns: [
    { id: 'namespace', kubectl: 'create namespace talk-crd', silent: true },
    { id: 'before it is defined', kubectl: 'create -f -', stdin: widget({ size: 1 }) },
    { id: 'defined', kubectl: 'create -f -', stdin: JSON.stringify(definition) },
    { id: 'established', kubectl: 'wait --for=condition=Established crd/widgets.talk.example.org --timeout=20s' },
    { id: 'known by now', kubectl: 'get widgets -n talk-crd', silent: true },
    {
      id: 'made, with defaults',
      kubectl: 'create -f - -o json',
      stdin: widget({ size: 2, parts: [{ id: 'a' }], free: { x: { y: 1 } } }),
    },
    { id: 'by its short name', kubectl: 'get wg -n talk-crd -o name' },
    tried('required field is missing', {}),
    tried('too big', { size: 10 }),
    tried('wrong type', { size: 'x' }),
    tried('not in the list', { size: 1, mode: 'warm' }),
    tried('does not match', { size: 1, name: 'ABC' }),
    tried('too long', { size: 1, name: 'abcdefgh' }),
    tried('too many entries', { size: 1, parts: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] }),
    tried('entry twice', { size: 1, parts: [{ id: 'a' }, { id: 'a' }] }),
    tried('several at once', { size: 10, mode: 'warm', name: 'A' }),
    tried('unknown field', { size: 1, siz: 2 }),
    { id: 'rule on change: set', kubectl: 'patch widget w -n talk-crd --type=merge -p {"spec":{"fixed":"a"}}' },
    { id: 'rule on change: broken', kubectl: 'patch widget w -n talk-crd --type=merge -p {"spec":{"fixed":"b"}}' },
    {
      id: 'generation counts changes of the spec',
      kubectl: 'get widget w -n talk-crd -o json',
      pick: ['metadata.generation', 'spec'],
    },
    {
      id: 'status by its own door',
      kubectl: 'patch widget w -n talk-crd --subresource=status --type=merge -p {"status":{"ready":true}}',
    },
    {
      id: 'status does not count',
      kubectl: 'get widget w -n talk-crd -o json',
      pick: ['metadata.generation', 'status.ready'],
    },
    {
      id: 'no status by the main door',
      kubectl: 'patch widget w -n talk-crd --type=merge -p {"status":{"ready":false}}',
    },
    { id: 'so it stays', kubectl: 'get widget w -n talk-crd -o jsonpath={.status.ready}' },
    {
      id: 'entry of a list by its key',
      kubectl: 'apply --server-side --field-manager=two -f -',
      stdin: widget({ parts: [{ id: 'b', n: 1 }], size: 2 }),
    },
    { id: 'both entries', kubectl: 'get widget w -n talk-crd -o json', pick: ['spec.parts'] },
    {
      id: 'definition whose name does not fit',
      kubectl: 'create -f -',
      stdin: JSON.stringify({ ...definition, metadata: { name: 'wrong.talk.example.org' } }),
    },
    { id: 'definition without a status subresource', kubectl: 'create -f -', stdin: JSON.stringify(plain) },
    { id: 'and established', kubectl: 'wait --for=condition=Established crd/gadgets.talk.example.org --timeout=20s' },
    { id: 'known too', kubectl: 'get gadgets -n talk-crd', silent: true },
    {
      id: 'made with its status',
      kubectl: 'create -f - -o json',
      stdin: JSON.stringify({ ...JSON.parse(widget({ size: 1 }, 'g')), kind: 'Gadget', status: { ready: false } }),
      pick: ['metadata.generation', 'status'],
    },
    told('its status has no door of its own', 'g/status', { ready: true }),
    { ...told('status is a change like any other', 'g', { ready: true }), pick: ['metadata.generation', 'status'] },
    { ...told('what the status has not is dropped', 'g', { reedy: true }), pick: ['metadata.generation', 'status'] },
    { ...told('or refused when asked to', 'g', { reedy: true }, '&fieldValidation=Strict'), pick: ['reason'] },
    { id: 'definitions go', kubectl: 'delete crd widgets.talk.example.org gadgets.talk.example.org' },
  ],
};
