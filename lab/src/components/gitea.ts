/** Gitea behind its Service: the lab's Git server, with the administrator that the Secret of its release names. */
import { join } from 'node:path';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { secretValue } from '../controllers/flux/flux-ready.js';
import type { ReconcileContext } from '../controllers/reconciler.js';
import { createGitea } from '../servers/git/gitea.js';
import type { Component } from './component.js';

export function gitea(lab: () => ReconcileContext, cacheDir: string): Component {
  const server = createGitea({
    directory: join(cacheDir, 'gitea'),
    admin: async () => administrator(lab()),
    // a webhook receiver would do this in a cluster
    onPush: () => lab().recheck('source.toolkit.fluxcd.io/v1/GitRepository'),
  });
  return {
    name: 'gitea',
    emulates: playsGitea,
    handle: (request) => server.handler(request),
  };
}

export const playsGitea = (service: KubeObject): boolean => /^gitea(-http)?$/.test(service.metadata.name);

/** As its Secret says at this moment; undefined: nobody. */
export function administrator(
  lab: Pick<ReconcileContext, 'store'>,
): { username: string; password: string } | undefined {
  const found = lab.store.list('v1/Secret').find(isAdmin);
  if (!found) return undefined;
  const read = (key: string) => secretValue(lab, found.metadata.namespace, found.metadata.name, key) ?? '';
  return { username: read('username'), password: read('password') };
}

const isAdmin = (secret: KubeObject): boolean =>
  secret.metadata.namespace === 'gitea' &&
  /admin/.test(secret.metadata.name) &&
  secret.data?.username &&
  secret.data?.password;
