/** Pages of the SME demos, and the UI of catalyst on the mother. Their bytes never change by themselves. */
import type { Faults } from '../../requests/faults.js';
import type { LabHandler, LabResponse } from '../../requests/http-server.js';
import type { CatalystApi } from './catalyst-api.js';

const html = (title: string, text: string): LabResponse => ({
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' },
  body: `<!doctype html><html lang="en"><head><title>${title}</title></head><body><main>${text}</main></body></html>\n`,
});

/** A page of the Service `namespace/name`; a fault `changed-page` on its host alters it. */
export function demoPage(namespace: string, name: string, faults: Faults): LabHandler {
  return (request) => {
    if (request.path === '/healthz') return { status: 200, body: 'ok' };
    const host = String(request.headers['x-forwarded-host'] ?? request.headers.host ?? '').split(':')[0]!;
    const changed = faults.holds('changed-page', host) ? ' (changed)' : '';
    return html(`OpenOva ${name}`, `${namespace}/${name}${changed}`);
  };
}

/** The API that the demo pages call. */
export const demoApi: LabHandler = (request) =>
  request.path === '/healthz' ? { status: 200, body: 'ok' } : { status: 401, body: { error: 'unauthorized' } };

/** catalyst-ui: one page for every path, `/api/` handed on to catalyst-api. */
export function catalystUi(api: CatalystApi): LabHandler {
  return (request) => {
    if (!request.path.startsWith('/api/')) return html('OpenOva Catalyst', 'Catalyst wizard and provisioning');
    return api.running ? api.handler(request) : { status: 502, body: 'Bad Gateway\n' };
  };
}
