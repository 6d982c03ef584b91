/** From request to answer: is the server up, who asks, what for, may they, and then the part that answers. */
import { messageOf } from 'catalyst/support/errors/errors.js';
import type { LabHandler, LabRequest, LabResponse } from '../../requests/http-server.js';
import type { Authorizer } from '../admission/rbac.js';
import { discover } from '../discovery/discovery.js';
import { openApiDocument, openApiIndex } from '../discovery/openapi.js';
import { answerResource, type ResourceTools } from '../discovery/resources.js';
import { kubernetesVersion } from '../discovery/version.js';
import type { Identity } from '../kinds/identity.js';
import type { KindRegistry } from '../kinds/kinds.js';
import { answerSubresource, type SubresourceTools } from '../objects/subresources.js';
import { readObject } from './body.js';
import type { User } from './caller.js';
import { attributesOf, cannotText, parseResourcePath, type ResourcePath, verbOf } from './request-path.js';
import { answerReview } from './reviews.js';
import { ApiRefusal, forbidden, methodNotAllowed, noSuchPath, unavailable } from './status.js';

export interface HandlerTools extends Omit<ResourceTools, 'down'>, SubresourceTools {
  kinds: KindRegistry;
  identity: Identity;
  authorizer: Authorizer;
  isUp: () => boolean;
  down: () => AbortSignal;
}

export function createHandler(tools: HandlerTools): LabHandler {
  return async (request) => {
    try {
      if (!tools.isUp()) throw unavailable('apiserver not ready');
      return await answer(tools, request);
    } catch (error) {
      const refusal =
        error instanceof ApiRefusal
          ? error
          : new ApiRefusal(500, 'InternalError', `Internal error occurred: ${messageOf(error)}`);
      // What was refused has changed nothing.
      return { status: refusal.code, body: refusal.toObject(), log: { mutating: false } };
    }
  };
}

async function answer(tools: HandlerTools, request: LabRequest): Promise<LabResponse> {
  const { kinds, identity, authorizer } = tools;
  const user = impersonated(tools, identity.caller(request.raw.socket, request.headers), request);
  const path = parseResourcePath(request.path, kinds);
  if (!path) {
    const verb = request.method.toLowerCase();
    const attributes = { verb, path: request.path };
    if (authorizer.allows(user, attributes) === undefined) {
      throw new ApiRefusal(403, 'Forbidden', `forbidden: ${cannotText(user.name, attributes)}`, {});
    }
    return answerPath(tools, request);
  }
  const attributes = attributesOf(verbOf(request.method, path, request.query), path);
  if (authorizer.allows(user, attributes) === undefined)
    throw forbidden(path.kind, path.name, cannotText(user.name, attributes));
  return dispatch(tools, path, request, user);
}

async function dispatch(
  tools: HandlerTools,
  path: ResourcePath,
  request: LabRequest,
  user: User,
): Promise<LabResponse> {
  if (path.kind.review) {
    if (request.method !== 'POST') throw methodNotAllowed();
    const body = answerReview(tools, path.kind, readObject(request), user);
    return { status: 201, body, log: { mutating: false } };
  }
  const withSignal = { ...tools, down: tools.down() };
  if (path.subresource === '' || (path.subresource === 'status' && path.kind.status)) {
    return answerResource(withSignal, path, request, user);
  }
  return answerSubresource(tools, path, request, user);
}

function answerPath({ kinds }: HandlerTools, { path, headers }: LabRequest): LabResponse {
  if (/^\/(readyz|livez|healthz)(\/|$)/.test(path)) {
    return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'ok' };
  }
  if (path === '/version' || path === '/version/') return { status: 200, body: kubernetesVersion };
  // kubectl falls back to version 2 for kinds that nobody serves; an empty document makes it say so in its own words.
  if (path === '/openapi/v2') {
    const type = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
    return { status: 200, headers: { 'content-type': type }, body: Buffer.from('\n\x032.0') };
  }
  if (path === '/openapi/v3') return { status: 200, body: openApiIndex(kinds) };
  if (path.startsWith('/openapi/v3/')) {
    const document = openApiDocument(path.slice('/openapi/v3/'.length), kinds);
    if (!document) throw noSuchPath();
    return { status: 200, body: document };
  }
  const found = discover(path, String(headers.accept ?? ''), kinds);
  if (!found) return nothingAt(path, kinds);
  return { status: 200, headers: { 'content-type': found.contentType }, body: found.body };
}

/** Within a group that is served a refusal is a Status; elsewhere the server only says that there is no page. */
function nothingAt(path: string, kinds: KindRegistry): LabResponse {
  const [root, group] = path.split('/').slice(1);
  if (root === 'api' || (root === 'apis' && kinds.all().some((kind) => kind.group === group))) throw noSuchPath();
  return { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: '404 page not found\n' };
}

/** `kubectl --as`: who may impersonate acts as somebody else. */
function impersonated({ authorizer }: HandlerTools, user: User, { headers }: LabRequest): User {
  const name = headers['impersonate-user'];
  if (typeof name !== 'string') return user;
  if (authorizer.allows(user, { verb: 'impersonate', resource: 'users', name }) === undefined) {
    throw forbidden(
      { group: '', plural: 'users', kind: 'User' },
      name,
      `User "${user.name}" cannot impersonate resource "users" in API group "" at the cluster scope`,
    );
  }
  const groups = String(headers['impersonate-group'] ?? '')
    .split(',')
    .map((group) => group.trim())
    .filter(Boolean);
  const account = /^system:serviceaccount:([^:]+):/.exec(name);
  if (account) groups.push('system:serviceaccounts', `system:serviceaccounts:${account[1]}`);
  return { name, groups: [...new Set([...groups, 'system:authenticated'])] };
}
