/** The Sovereign's own console and catalyst-api: health, its Blueprints and its architecture, from the cluster itself. */
import type { Lab } from '../controllers/engine.js';
import { isReconciled } from '../controllers/flux-ready.js';
import type { LabRequest, LabResponse } from '../http-server.js';
import { type Component, text } from './component.js';

const HELM_RELEASE = 'helm.toolkit.fluxcd.io/v2/HelmRelease';
const page = (title: string): LabResponse =>
  text(200, `<!doctype html><html><head><title>${title}</title></head><body><div id="root"></div></body></html>`, {
    'content-type': 'text/html; charset=utf-8',
  });

export const catalystPlatform: Component = {
  name: 'catalyst-platform',
  plays: (service) => service.metadata.namespace === 'catalyst-system',
  handle: (request, { lab, service }) =>
    /api/.test(service.metadata.name) ? api(request, lab) : console(request, lab),
};

function console(request: LabRequest, lab: Lab): LabResponse {
  if (request.path === '/healthz') return text(200, 'ok');
  return page(`Catalyst · ${lab.world.fqdn}`);
}

function api(request: LabRequest, lab: Lab): LabResponse {
  const path = request.path.replace(/^\/sovereign/, '').replace(/^\/api\/api/, '/api');
  const { fqdn } = lab.world;
  if (path === '/healthz' || path === '/readyz') return text(200, 'ok');
  if (path === '/api/v1/health') return { status: 200, body: { status: 'ok', sovereign: fqdn } };
  if (/^\/api\/v1\/(blueprints|components)/.test(path))
    return { status: 200, body: { sovereign: fqdn, blueprints: blueprints(lab) } };
  if (/\/(architecture|topology)$/.test(path)) return { status: 200, body: architecture(lab) };
  if (/^\/api\/v1\/(sovereign|deployments)/.test(path))
    return { status: 200, body: { sovereignFQDN: fqdn, status: 'ready', blueprints: blueprints(lab) } };
  return { status: 404, body: { error: 'not found' } };
}

/** One entry a Blueprint: several releases of one count as one, and it is ready when all of them are. */
function blueprints(lab: Lab): { name: string; ready: boolean; version: string | undefined }[] {
  const releases = lab.store.list(HELM_RELEASE).filter((release) => release.metadata.name.startsWith('bp-'));
  const nameOf = (name: string) =>
    lab.world.blueprints
      .map((one) => one.name as string)
      .filter((one) => name === one || name.startsWith(`${one}-`))
      .sort((a, b) => b.length - a.length)[0] ?? name;
  const names = [...new Set(releases.map((release) => nameOf(release.metadata.name)))].sort();
  return names.map((name) => {
    const own = releases.filter((release) => nameOf(release.metadata.name) === name);
    return { name, ready: own.every(isReconciled), version: own[0]?.status?.history?.[0]?.chartVersion };
  });
}

function architecture(lab: Lab): object {
  const nodes = [
    { id: 'sovereign', kind: 'Sovereign', label: lab.world.fqdn },
    ...lab.store
      .list('v1/Node')
      .map((node) => ({ id: `node/${node.metadata.name}`, kind: 'Node', label: node.metadata.name })),
    ...blueprints(lab).map(({ name, ready }) => ({ id: `blueprint/${name}`, kind: 'Blueprint', label: name, ready })),
  ];
  return {
    sovereign: lab.world.fqdn,
    nodes,
    edges: nodes.slice(1).map((node) => ({ from: 'sovereign', to: node.id })),
  };
}
