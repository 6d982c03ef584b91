import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Rig, startRig } from './rig.js';

let rig: Rig;
let chart: string;
beforeAll(async () => {
  rig = await startRig();
  chart = join(rig.directory, 'small');
  mkdirSync(join(chart, 'templates'), { recursive: true });
  mkdirSync(join(chart, 'crds'));
  writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: small\nversion: 0.1.0\nappVersion: "1"\n');
  writeFileSync(join(chart, 'values.yaml'), 'image: nginx:1\n');
  writeFileSync(join(chart, 'crds', 'widgets.yaml'), crd);
  writeFileSync(join(chart, 'templates', 'all.yaml'), templates);
}, 60_000);
afterAll(() => rig.close());

const crd = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.org}
spec:
  group: example.org
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            required: [size]
            properties:
              size: {type: integer}
              colour: {type: string, enum: [red, blue], default: red}
          status: {type: object, x-kubernetes-preserve-unknown-fields: true}
`;
const templates = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}}
    spec:
      containers: [{name: main, image: {{ .Values.image }}}]
---
apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}}
spec: {selector: {app: {{ .Release.Name }}}, ports: [{port: 80}]}
---
apiVersion: example.org/v1
kind: Widget
metadata: {name: {{ .Release.Name }}}
spec: {size: 3}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: {{ .Release.Name }}}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
`;

describe('helm', () => {
  it('installs a chart with a CRD, upgrades it, lists it, takes it away', async () => {
    const installed = await rig.helm(`install one ${chart} -n apps --create-namespace --wait=hookOnly`);
    expect(installed).toMatchObject({ code: 0, err: '' });
    const widget = { apiVersion: 'example.org/v1', kind: 'Widget', namespace: 'apps', name: 'one' };
    expect((await rig.kube.get(widget))?.spec).toEqual({ size: 3, colour: 'red' });
    const service = rig.api.store.get('/services', 'apps', 'one');
    expect(service?.spec.ports).toEqual([{ port: 80, protocol: 'TCP', targetPort: 80 }]);

    const upgraded = await rig.helm(`upgrade one ${chart} -n apps --set image=nginx:2 --wait=hookOnly`);
    expect(upgraded).toMatchObject({ code: 0, err: '' });
    const deployment = rig.api.store.get('apps/deployments', 'apps', 'one');
    expect(deployment?.spec.template.spec.containers[0].image).toBe('nginx:2');
    expect(rig.api.store.get('/services', 'apps', 'one')?.metadata.resourceVersion).toBe(
      service?.metadata.resourceVersion,
    );

    const listed = JSON.parse((await rig.helm('list -A -o json')).out);
    expect(listed).toMatchObject([
      { name: 'one', namespace: 'apps', revision: '2', status: 'deployed', chart: 'small-0.1.0' },
    ]);
    expect((await rig.helm('history one -n apps -o json')).out).toContain('"superseded"');
    expect((await rig.helm(`rollback one 1 -n apps --wait=hookOnly`)).code).toBe(0);
    expect(rig.api.store.get('apps/deployments', 'apps', 'one')?.spec.template.spec.containers[0].image).toBe(
      'nginx:1',
    );

    expect(await rig.helm('uninstall one -n apps')).toMatchObject({ code: 0, err: '' });
    expect(rig.api.store.list('apps/deployments', 'apps')).toEqual([]);
    expect(rig.api.store.list('/secrets', 'apps')).toEqual([]);
  });

  it('waits for what it installed', async () => {
    const watching = new AbortController();
    const ready = rig.kube.watch(
      { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default' },
      async ({ object }) => {
        if (object.status?.observedGeneration === object.metadata.generation) return;
        const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: object.metadata.name };
        const counts = { replicas: 1, readyReplicas: 1, availableReplicas: 1, updatedReplicas: 1 };
        const conditions = [
          { type: 'Available', status: 'True' },
          { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
        ];
        await rig.kube.patchStatus(ref, { ...counts, conditions, observedGeneration: object.metadata.generation });
      },
      watching.signal,
    );
    const installed = await rig.helm(`install two ${chart} --wait --timeout 20s`);
    watching.abort();
    await ready;
    expect(installed).toMatchObject({ code: 0, err: '' });
  });

  it('says what the server refuses', async () => {
    const refused = await rig.helm(`install three ${chart} --set image= --wait=hookOnly`);
    expect(refused.code).not.toBe(0);
    expect(refused.err).toContain('spec.template.spec.containers[0].image: Required value');
  });
});
