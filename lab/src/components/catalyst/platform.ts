/** The Sovereign's own catalyst-ui and catalyst-api, as the images at 4f80be2 answer. */
import type { LabRequest, LabResponse } from '../../requests/http-server.js';
import { type Call, type Component, imagesOf, text } from '../component.js';
import { catalystApi } from './api.js';

export const catalystPlatform: Component = {
  name: 'catalyst-platform',
  emulates: (service, pods) =>
    service.metadata.namespace === 'catalyst-system' &&
    imagesOf(pods).some((image) => /\/catalyst-(api|ui)[:@]/.test(image)),
  handle: (request, call) =>
    imagesOf(call.pods).some((image) => image.includes('/catalyst-api'))
      ? catalystApi(request, call)
      : console(request, call),
};

// Vite names files by their content; `base: '/sovereign/'` is upstream's bootstrap/ui/vite.config.ts
const script = '/assets/index-D0labUI1.js';
const style = '/assets/index-D0labUI2.css';
const files: Readonly<Record<string, [type: string, body: string]>> = {
  '/index.html': [
    'text/html',
    `<!doctype html><html lang="en"><head><title>OpenOva Corporate</title><script type="module" crossorigin src="/sovereign${script}"></script><link rel="stylesheet" crossorigin href="/sovereign${style}"></head><body><div id="root"></div></body></html>`,
  ],
  [script]: ['application/javascript', 'const API_BASE = "/sovereign/api";\n'],
  [style]: ['text/css', ':root{color-scheme:dark}\n'],
};

/** nginx with upstream's bootstrap/ui/nginx.conf: known endings are files or 404, any other path is the index page. */
async function console(request: LabRequest, { call }: Call): Promise<LabResponse> {
  const { path } = request;
  if (path === '/healthz') return text(200, 'ok');
  const found = files[path];
  if (found) return text(200, found[1], { 'content-type': found[0] });
  if (/\.(js|css|png|jpg|svg|woff2|ico)$/i.test(path)) return nginx(404, 'Not Found');
  if (path.startsWith('/api/')) {
    // it proxies to the namespace that the mother has
    const answer = await call('catalyst', 'catalyst-api', 8080, request);
    return answer.status === 502 ? nginx(502, 'Bad Gateway') : answer;
  }
  const [type, body] = files['/index.html']!;
  return text(200, body, { 'content-type': type });
}

const nginx = (status: number, words: string): LabResponse =>
  text(status, `<html><head><title>${status} ${words}</title></head><body><center>nginx</center></body></html>`, {
    'content-type': 'text/html',
  });
