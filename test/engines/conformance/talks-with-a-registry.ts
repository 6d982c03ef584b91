/** What is said to an OCI registry: push, pull by tag and by digest, tags, and what is not there. */
import { createHash } from 'node:crypto';
import { request as send } from 'undici';

export interface Turn {
  /** Names the turn in differences.ts; unique within the conversation. */
  id: string;
  method: string;
  /** `<upload>` stands for the address that the last upload was given. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** Headers of the answer that are compared. */
  heads?: readonly string[];
  /** Makes what the others need; the answer is not compared. */
  silent?: boolean;
}

export interface Answer {
  status: number;
  heads?: Record<string, string>;
  /** Codes of a refusal, or the JSON or text that was answered. */
  out?: unknown;
}

const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const config = '{"name":"talk"}';
const layer = 'the bytes of a layer';
const absent = digestOf('never pushed');
const type = 'application/vnd.oci.image.manifest.v1+json';
const part = (mediaType: string, text: string) => ({ mediaType, digest: digestOf(text), size: text.length });
const manifestOf = (...layers: string[]) =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: type,
    config: part('application/vnd.oci.image.config.v1+json', config),
    layers: layers.map((text) => part('application/vnd.oci.image.layer.v1.tar', text)),
  });
const manifest = manifestOf(layer);
const other = manifestOf(layer, layer);
const pulled = ['docker-content-digest', 'content-type', 'content-length'];
const begun = { method: 'POST', path: '/v2/talk/app/blobs/uploads/' };

export const turns: readonly Turn[] = [
  { id: 'is it one', method: 'GET', path: '/v2/' },
  { id: 'nothing in it', method: 'GET', path: '/v2/_catalog' },
  { id: 'tags of none', method: 'GET', path: '/v2/talk/app/tags/list' },
  { id: 'manifest of none', method: 'GET', path: '/v2/talk/app/manifests/1.0' },
  { id: 'manifest of none looked at', method: 'HEAD', path: '/v2/talk/app/manifests/1.0' },
  { id: 'blob of none', method: 'GET', path: `/v2/talk/app/blobs/${absent}` },
  { id: 'blob of none looked at', method: 'HEAD', path: `/v2/talk/app/blobs/${absent}` },
  { id: 'upload begun', ...begun },
  {
    id: 'a blob in one piece',
    method: 'PUT',
    path: `<upload>?digest=${digestOf(config)}`,
    body: config,
    heads: ['docker-content-digest'],
  },
  { id: 'another upload', ...begun, silent: true },
  { id: 'first part', method: 'PATCH', path: '<upload>', body: layer.slice(0, 8), heads: ['range'] },
  {
    id: 'second part',
    method: 'PATCH',
    path: '<upload>',
    headers: { 'content-range': `8-${layer.length - 1}` },
    body: layer.slice(8),
    heads: ['range'],
  },
  {
    id: 'a blob in parts',
    method: 'PUT',
    path: `<upload>?digest=${digestOf(layer)}`,
    heads: ['docker-content-digest'],
  },
  { id: 'a third upload', ...begun, silent: true },
  {
    id: 'a blob that is not what its digest says',
    method: 'PUT',
    path: `<upload>?digest=${absent}`,
    body: 'something else',
  },
  {
    id: 'a blob at once',
    method: 'POST',
    path: `/v2/talk/app/blobs/uploads/?digest=${digestOf('once')}`,
    body: 'once',
  },
  {
    id: 'a blob of another repository',
    method: 'POST',
    path: `/v2/talk/other/blobs/uploads/?mount=${digestOf(layer)}&from=talk/app`,
  },
  {
    id: 'a blob',
    method: 'GET',
    path: `/v2/talk/app/blobs/${digestOf(layer)}`,
    heads: ['docker-content-digest', 'content-length'],
  },
  {
    id: 'a blob looked at',
    method: 'HEAD',
    path: `/v2/talk/app/blobs/${digestOf(layer)}`,
    heads: ['docker-content-digest', 'content-length'],
  },
  {
    id: 'manifest pushed',
    method: 'PUT',
    path: '/v2/talk/app/manifests/1.0',
    headers: { 'content-type': type },
    body: manifest,
    heads: ['docker-content-digest'],
  },
  {
    id: 'manifest pushed again',
    method: 'PUT',
    path: '/v2/talk/app/manifests/1.0',
    headers: { 'content-type': type },
    body: manifest,
  },
  { id: 'manifest by tag', method: 'GET', path: '/v2/talk/app/manifests/1.0', heads: pulled },
  { id: 'manifest by digest', method: 'GET', path: `/v2/talk/app/manifests/${digestOf(manifest)}`, heads: pulled },
  { id: 'manifest looked at', method: 'HEAD', path: '/v2/talk/app/manifests/1.0', heads: pulled },
  { id: 'manifest by a digest that is not there', method: 'GET', path: `/v2/talk/app/manifests/${absent}` },
  { id: 'tag that is not there', method: 'GET', path: '/v2/talk/app/manifests/2.0' },
  {
    id: 'manifest whose layer is not there',
    method: 'PUT',
    path: '/v2/talk/bad/manifests/3.0',
    headers: { 'content-type': type },
    body: manifestOf('never pushed'),
  },
  {
    id: 'manifest under another digest',
    method: 'PUT',
    path: `/v2/talk/app/manifests/${absent}`,
    headers: { 'content-type': type },
    body: manifest,
  },
  {
    id: 'manifest that is no JSON',
    method: 'PUT',
    path: '/v2/talk/bad/manifests/4.0',
    headers: { 'content-type': type },
    body: 'nonsense',
  },
  {
    id: 'tag moved',
    method: 'PUT',
    path: '/v2/talk/app/manifests/1.0',
    headers: { 'content-type': type },
    body: other,
    heads: ['docker-content-digest'],
  },
  { id: 'what it moved to', method: 'GET', path: '/v2/talk/app/manifests/1.0', heads: pulled },
  {
    id: 'what it was is there by digest',
    method: 'HEAD',
    path: `/v2/talk/app/manifests/${digestOf(manifest)}`,
    heads: pulled,
  },
  {
    id: 'a second tag',
    method: 'PUT',
    path: '/v2/talk/app/manifests/0.9',
    headers: { 'content-type': type },
    body: manifest,
    silent: true,
  },
  { id: 'tags', method: 'GET', path: '/v2/talk/app/tags/list' },
  { id: 'first of the tags', method: 'GET', path: '/v2/talk/app/tags/list?n=1' },
  { id: 'tags behind one', method: 'GET', path: '/v2/talk/app/tags/list?last=0.9&n=5' },
  { id: 'what is in it', method: 'GET', path: '/v2/_catalog' },
  { id: 'tag removed', method: 'DELETE', path: '/v2/talk/app/manifests/0.9' },
  { id: 'tags without it', method: 'GET', path: '/v2/talk/app/tags/list' },
  { id: 'a way that is none', method: 'GET', path: '/v2/talk/app/something/1.0' },
];

/** Says all of it to the registry at `endpoint`; answers by the turns' ids. */
export async function hold(endpoint: string): Promise<Record<string, Answer>> {
  const answers: Record<string, Answer> = {};
  let upload = '';
  for (const turn of turns) {
    const url = new URL(turn.path.replace('<upload>', upload.replace(/\?.*/, '')), endpoint);
    const answer = await send(url, { method: turn.method as 'GET', headers: turn.headers, body: turn.body ?? null });
    const text = await answer.body.text();
    if (url.pathname.includes('/uploads/') && answer.statusCode === 202)
      upload = new URL(String(answer.headers.location), endpoint).pathname;
    const heads = turn.heads?.map((name) => [name, String(answer.headers[name] ?? '')]);
    const out = readable(text);
    answers[turn.id] = {
      status: answer.statusCode,
      ...(heads ? { heads: Object.fromEntries(heads) } : {}),
      ...(out === undefined ? {} : { out }),
    };
  }
  return answers;
}

function readable(text: string): unknown {
  if (!text) return undefined;
  try {
    const value = JSON.parse(text) as { errors?: { code: string }[] };
    return value.errors ? value.errors.map(({ code }) => code) : value;
  } catch {
    return text.trim();
  }
}
