/**
 * Gitea behind its Service, as what it is: a process that runs as long as the Pod of its Deployment, on SQLite instead of the
 * Sovereign's PostgreSQL, with the settings of its release and the administrator that its Secret names.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Exec } from 'catalyst/tools/exec/exec.js';
import type { Component } from '../../components/component.js';
import { administrator, playsGitea } from '../../components/gitea.js';
import { HELM_RELEASE } from '../../controllers/flux/helm-names.js';
import type { ReconcileContext, Rule } from '../../controllers/reconciler.js';
import type { LabRequest, LabResponse } from '../../requests/http-server.js';
import type { Engines } from '../build/cache.js';
import type { Child, Children } from '../children.js';
import { answering, passOn } from '../forwarder.js';
import { freePorts } from '../free-ports.js';
import { podProgram } from '../pods/pod-program.js';
import { type GiteaSettings, giteaSettings } from './gitea-settings.js';

export interface RealGiteaOptions {
  exec: Exec;
  children: Children;
  engines: Engines;
  /** Folder of its repositories, database and settings. */
  directory: string;
}

export async function realGitea(options: RealGiteaOptions): Promise<{ component: Component; rule: Rule }> {
  const { exec, children, engines, directory } = options;
  const [port = 0] = await freePorts(1);
  const origin = `http://127.0.0.1:${port}`;
  const file = engines.program('gitea');
  const settings = join(directory, 'app.ini');

  /** One of Gitea's own commands on its files, as the chart's first container gives it; the last line of what it says. */
  async function ask(args: readonly string[], okCodes: readonly number[] = [0]): Promise<string> {
    const words = [...args, '--config', settings, '--work-path', directory];
    const { stdout } = await exec({ file, args: words, cwd: directory, env: environment(directory), okCodes });
    // what it warns of stands above its answer
    return stdout.trim().split('\n').at(-1)!;
  }

  async function begin(lab: ReconcileContext, config: GiteaSettings['config']): Promise<Child> {
    const about = { directory, port, config, static: engines.data('gitea', 'static') };
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (!existsSync(settings)) writeFileSync(settings, giteaSettings(about), { mode: 0o600 });
    const { username } = administrator(lab)!;
    await ask(['migrate']);
    // 1: there is one of that name
    await ask(
      [
        ...['admin', 'user', 'create', '--admin', '--username', username, '--email', `git@${lab.world.fqdn}`],
        ...['--random-password', '--must-change-password=false'],
      ],
      [0, 1],
    );
    const child = children.start('gitea', {
      file,
      args: ['web', '--config', settings, '--work-path', directory],
      env: environment(directory),
    });
    try {
      await answering(`${origin}/api/healthz`, [200], lab.clock);
      await givePassword(lab);
    } catch (error) {
      // the next look begins anew
      await child.stop();
      throw error;
    }
    return child;
  }

  /** Its own command would take the password as an argument, which the whole machine can read. */
  async function givePassword(lab: ReconcileContext): Promise<void> {
    const { username, password } = administrator(lab)!;
    const name = `start-${randomBytes(6).toString('hex')}`;
    const token = await ask([
      ...['admin', 'user', 'generate-access-token', '--raw', '--username', username],
      ...['--token-name', name, '--scopes', 'all'],
    ]);
    const call = async (method: string, path: string, authorization: string, body?: object) => {
      const headers = { authorization, 'content-type': 'application/json' };
      const answer = await fetch(`${origin}/api/v1${path}`, {
        method,
        headers,
        body: body ? JSON.stringify(body) : null,
      });
      if (!answer.ok) throw new Error(`Gitea answered ${answer.status} to ${method} ${path}: ${await answer.text()}`);
      await answer.arrayBuffer();
    };
    const account = { login_name: username, source_id: 0, password, must_change_password: false };
    await call('PATCH', `/admin/users/${username}`, `token ${token}`, account);
    const basic = Buffer.from(`${username}:${password}`).toString('base64');
    await call('DELETE', `/users/${username}/tokens/${name}`, `Basic ${basic}`);
  }

  const program = podProgram({
    ...{ namespace: 'gitea', name: 'gitea' },
    start: async (_pod, lab) => {
      const config = configOfRelease(lab);
      return config && administrator(lab) ? begin(lab, config) : undefined;
    },
  });

  return {
    component: {
      name: 'gitea',
      emulates: playsGitea,
      async handle(request) {
        const query = request.query.size > 0 ? `?${request.query}` : '';
        const answer = await passOn(request, origin, { path: `${request.path}${query}` });
        return { ...answer, log: aboutGit(request) };
      },
      unready: (pod) =>
        program.isItsPod(pod) && !program.isRunning(pod) ? 'Readiness probe failed: connection refused' : undefined,
    },
    rule: program.rule,
  };
}

/** Of the live release, as helm has it; undefined as long as there is none. */
function configOfRelease(lab: ReconcileContext): GiteaSettings['config'] | undefined {
  const release = lab.store.list(HELM_RELEASE).find(({ metadata }) => metadata.name === 'bp-gitea');
  return release && (release['spec'].values?.gitea?.config ?? {});
}

const environment = (home: string) => ({ HOME: home, USER: userInfo().username, PATH: '/usr/bin:/bin' });

/** Asking for a pack is a POST too, but it changes nothing. */
function aboutGit({ path }: LabRequest): LabResponse['log'] {
  const [, owner, name, call] = /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-\w+-pack)$/.exec(path) ?? [];
  return call ? { mutating: call === 'git-receive-pack', object: `repository ${owner}/${name}` } : undefined;
}
