/** #376: a repository is made in Gitea, a commit pushed, cloned back, and has the same SHA. */
import type { Mutation } from '../../../engine/mutation.js';
import { secretValues } from '../../../kubernetes/secret-values.js';
import { requireStatus } from '../../../tools/http/http-json.js';
import type { Writers } from '../../../world/gate/writers.js';
import { disproved, type ProofOf } from '../proof.js';

const repository = 'catalyst-probe';
const target = { system: 'git' as const, kind: 'repository', name: repository };
const makes: Mutation = { target, sentence: `make the probe repository ${repository} in Gitea` };
const pushes: Mutation = { target, sentence: `push a commit to the probe repository ${repository}` };
const removes: Mutation = { target, sentence: `remove the probe repository ${repository} from Gitea` };

export const commitComesBack: ProofOf = (world) => ({
  plan: () => [makes, pushes, removes],
  async take({ act, undo }) {
    const host = `gitea.${world.sovereign.spec.fqdn}`;
    const admin = await secretValues(await world.kube(), 'gitea', 'gitea-admin', ['username', 'password']);
    const authorization = `Basic ${Buffer.from(`${admin.username}:${admin.password}`).toString('base64')}`;
    const change = ({ http }: Writers, path: string, method: 'POST' | 'DELETE', body?: unknown) =>
      http({
        url: `https://${host}/api/v1${path}`,
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        headers: { authorization, 'content-type': 'application/json' },
      });
    await act(makes, async (writers) => {
      const made = await change(writers, '/user/repos', 'POST', { name: repository, private: true, auto_init: false });
      // 409: a killed run left it; it is ours by name and is removed below.
      if (made.status !== 409) requireStatus(made, `Gitea at ${host}`, [201]);
    });
    try {
      const remote = { url: `https://${host}/${admin.username}/${repository}.git`, ...admin };
      const text = `probe of run ${world.runId}\n`;
      const pushed = await act(pushes, (writers) =>
        writers.git.publish(remote, 'main', [{ path: 'probe.txt', text }], 'catalyst: probe'),
      );
      const seen = await world.git.read(remote, 'main');
      if (seen.sha !== pushed || seen.files.get('probe.txt') !== text)
        throw disproved('#376', `commit ${pushed}`, seen.sha);
      return {
        summary: `a commit was pushed to ${host} and cloned back as ${pushed.slice(0, 12)}`,
        sha: pushed,
        facts: { host, sha: pushed },
      };
    } finally {
      await undo.act(removes, async (writers) =>
        requireStatus(
          await change(writers, `/repos/${admin.username}/${repository}`, 'DELETE'),
          `Gitea at ${host}`,
          [204, 404],
        ),
      );
    }
  },
});
