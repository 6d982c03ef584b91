/**
 * A Sovereign's life on two real control planes with real Flux, in one lab: phases alone, the walk to its verdict, a look from
 * outside with kubectl, a FAIL that is meant, and the end of the cluster.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { undoObjects } from '../../src/mother/jobs/undo-job.js';
import type { Catalyst, Ended, LabInfo } from '../lab/catalyst.js';
import {
  apply,
  catalystOnEngines,
  folderOfSovereign,
  fqdn,
  imageOfCatalyst,
  kubectl,
  kubectlText,
  processesOf,
  runs,
  runsScripts,
  until,
} from './rig.js';
import { certificates } from './walk/certificates.js';
import { crossplane } from './walk/crossplane.js';
import { egressExpiry } from './walk/egress-expiry.js';
import { type Audited, heldAgainstAudit } from './walk/journal-and-audit.js';
import { misfits } from './walk/misfits.js';
import { programs } from './walk/programs.js';

interface Listed {
  items: {
    kind: string;
    metadata: { name: string; namespace: string };
    spec: Record<string, unknown>;
    status?: { conditions?: { type: string; status: string }[]; artifact?: { revision: string } };
  }[];
}
interface Verdict {
  verdict: string;
  items: { id: string; status: string; reason: string }[];
}
interface PurgePlan {
  file: string;
  resources: { type: string; name: string; selected: boolean }[];
}

const isReady = (one: Listed['items'][number]) =>
  one.status?.conditions?.some((entry) => entry.type === 'Ready' && entry.status === 'True') ?? false;
const nameOf = (one: Listed['items'][number]) => `${one.metadata.namespace}/${one.metadata.name}`;

let catalyst: Catalyst;
let lab: LabInfo;
beforeAll(async () => {
  catalyst = catalystOnEngines('walk');
  lab = await catalyst.up();
});
afterAll(() => catalyst.close());

const at = (...args: string[]) => [...args, '--lab', catalyst.lab, '--yes'];
const purgePlan = async () => (await catalyst.json<PurgePlan>(at('purge', 'plan'))).document.result;
const selected = ({ resources }: PurgePlan) => resources.filter((one) => one.selected).map((one) => one.name);

describe('before the walk', () => {
  test('phase 3 on a fresh Sovereign is refused with exit 7', async () => {
    const { code, document } = await catalyst.json(at('phase', 'run', '3'));
    expect(code).toBe(7);
    expect(document.error).toMatchObject({ code: 'E4001', exitCode: 7 });
  });

  test('another engine than the one that runs is refused', async () => {
    const { code, document } = await catalyst.json(['lab', 'up', '--lab', catalyst.lab, '--engine', 'emulated']);
    expect(code).toBe(2);
    expect(document.error?.message).toMatch(/is up on the engine kubernetes/);
  });

  test('what an earlier Sovereign left is purged', async () => {
    const plan = await purgePlan();
    expect(selected(plan).length).toBeGreaterThan(5);
    const applied = await catalyst.run(at('purge', 'apply', plan.file, '--confirm', fqdn));
    expect(applied.code, applied.stderr).toBe(0);
    expect(selected(await purgePlan())).toEqual([]);
  });
});

describe('phase by phase, then all', () => {
  const proven = async () => {
    const { document } = await catalyst.json<{ id: number; status: string }[]>(at('phase', 'list'));
    return document.result.filter((phase) => phase.status === 'done').map((phase) => phase.id);
  };
  const writes = async () => {
    const { document } = await catalyst.json<{ kind: string; inputs?: { sentence?: string } }[]>(at('journal', 'show'));
    return document.result.filter((entry) => entry.kind === 'begin').length;
  };

  test('phase run proves one phase after the other, and nothing is made twice', async () => {
    for (const phase of ['0', '1']) {
      const ended = await catalyst.run(at('phase', 'run', phase));
      expect(ended.code, ended.stderr.slice(-3000)).toBe(0);
    }
    expect(await proven()).toEqual([0, 1]);
    const [before, nodes] = [
      await writes(),
      await kubectlText(lab.kubeconfigs.sovereign, ['get', 'nodes', '-o', 'name']),
    ];
    const again = await catalyst.run(at('phase', 'run', '1'));
    expect(again.code, again.stderr.slice(-3000)).toBe(0);
    expect(await kubectlText(lab.kubeconfigs.sovereign, ['get', 'nodes', '-o', 'name'])).toBe(nodes);
    expect(await writes()).toBe(before);
  });

  let audited: Audited;
  test('the walk ends with the verdict of the embedded lab: PARTIAL, for D20 only', async () => {
    let ended: Ended | undefined;
    audited = await heldAgainstAudit(lab, async () => {
      ended = await catalyst.run(at('wizard'));
    });
    const { code, stderr } = ended!;
    const tail = stderr.split('\n').slice(-40).join('\n');
    expect(code, tail).toBe(3);
    expect(tail).toMatch(/PARTIAL for/);
    expect([...new Set(tail.match(/^ +[DW]\d+ .*: (failed|not checked): /gm))], tail).toEqual([
      expect.stringMatching(/^ +D20 .*not checked/),
    ]);
  });

  test('the API servers saw the writes that the journal has, and no others', () => {
    const { unjournaled, unseen, seen } = audited;
    expect({ unjournaled, unseen }).toEqual({ unjournaled: [], unseen: [] });
    expect(seen['sovereign']).toBeGreaterThan(300);
    expect(seen['mother']).toBeGreaterThan(50);
  });

  test('every ticket up to phase 6 is proven', async () => {
    const { document } = await catalyst.json<{ id: string; phase: number; status: string }[]>(at('ticket', 'list'));
    expect(document.result.filter((row) => row.phase <= 6 && row.status !== 'done')).toEqual([]);
  });
});

describe('both clusters, seen with kubectl', () => {
  test('the real helm-controller says that every HelmRelease is Ready', async () => {
    const { items } = await kubectl<Listed>(lab.kubeconfigs.sovereign, ['get', 'helmreleases', '-A']);
    expect(items.length).toBeGreaterThanOrEqual(24);
    expect(items.filter((one) => !isReady(one)).map(nameOf)).toEqual([]);
  });

  test('the real kustomize-controller reads the Sovereign from its own Gitea, and the mother from hers', async () => {
    for (const kubeconfig of Object.values(lab.kubeconfigs)) {
      // the mother's was resumed a moment ago, and looks anew at what it applied
      await until(async () => {
        const { items } = await kubectl<Listed>(kubeconfig, ['get', 'gitrepositories,kustomizations', '-A']);
        return items.length > 1 && items.every(isReady);
      });
    }
    const { items } = await kubectl<Listed>(lab.kubeconfigs.sovereign, ['get', 'gitrepositories', '-A']);
    expect(items.map((one) => String(one.spec['url']))).toEqual([expect.stringMatching(/gitea/)]);
    const folder = join(dirname(lab.spec), 'engines', folderOfSovereign(lab)!);
    expect(runs(processesOf(folder)['gitea']!)).toBe(true);
    const repository = join(folder, 'gitea', 'repositories', new URL(String(items[0]!.spec['url'])).pathname);
    expect(items[0]!.status?.artifact?.revision).toBe(`main@sha1:${headOf(repository)}`);
  });

  programs(() => lab);
  certificates(
    () => catalyst,
    () => lab,
  );
  crossplane(() => lab);
  egressExpiry(() => lab);

  test('nothing is left where nothing should be', async () => {
    // the login for images stays in the namespace of the probes, as in all others
    const own = /kube-root-ca\.crt|service\/kubernetes$|serviceaccount\/default$|secret\/registry-pull$/;
    for (const kubeconfig of Object.values(lab.kubeconfigs)) {
      for (const namespace of ['default', 'catalyst-probes']) {
        const kinds = 'all,secrets,configmaps,serviceaccounts,persistentvolumeclaims,roles,rolebindings';
        const left = await kubectlText(kubeconfig, ['get', kinds, '-n', namespace, '-o', 'name']);
        expect(left.split('\n').filter((name) => name && !own.test(name))).toEqual([]);
      }
      const denied = await kubectlText(kubeconfig, ['get', 'ciliumclusterwidenetworkpolicies', '-o', 'name']).catch(
        () => '',
      );
      expect(denied).not.toMatch(/egress/);
    }
  });

  test('the kinds of the Blueprints have the rules of their own projects', async () => {
    for (const [object, answer] of misfits) {
      const refused = apply(lab.kubeconfigs.sovereign, object, ['--dry-run=server']);
      await expect(refused, object.kind).rejects.toThrow(answer);
    }
    // and what the emulated operators wrote is there, in the object itself where the kind has no status apart
    const open = '{.spec.versions[*].schema.openAPIV3Schema.x-kubernetes-preserve-unknown-fields}';
    for (const name of ['certificates.cert-manager.io', 'backups.velero.io', 'ciliumnetworkpolicies.cilium.io'])
      expect(await kubectlText(lab.kubeconfigs.sovereign, ['get', 'crd', name, '-o', `jsonpath=${open}`])).toBe('');
    const { items } = await kubectl<{ items: { status?: { phase: string } }[] }>(lab.kubeconfigs.sovereign, [
      ...['get', 'backupstoragelocations', '-A'],
    ]);
    expect(items.map(({ status }) => status?.phase)).toEqual(['Available']);
  });

  test('what an emulated controller writes, the real API server takes', () => {
    const said = readFileSync(join(dirname(lab.spec), 'lab.log'), 'utf8').split('\n');
    const refused = /unknown field|strict decoding|is invalid:|Unsupported value|field not declared/;
    expect(said.filter((line) => refused.test(line))).toEqual([]);
  });

  test('no program of the lab has ended by itself', () => {
    const said = readFileSync(join(dirname(lab.spec), 'lab.log'), 'utf8').split('\n');
    // the black start cuts their power, and some are there again before what they need
    const powered = / after its power came back, started again$/;
    expect(said.filter((line) => line.includes('started again') && !powered.test(line))).toEqual([]);
  });

  test('the API servers are what they say', async () => {
    for (const kubeconfig of Object.values(lab.kubeconfigs)) {
      const { serverVersion } = await kubectl<{ serverVersion: { gitVersion: string } }>(kubeconfig, ['version']);
      expect(serverVersion.gitVersion).toBe('v1.36.3');
    }
  });
});

describe('after the handover', () => {
  test('the mother holds nothing of the Sovereign and is as she was', async () => {
    const status = await catalyst.run(at('handover', 'status'));
    expect(status.stdout).toMatch(/^handover DECOMMISSIONED/);
    for (const scan of ['residue', 'umbilical', 'protected']) {
      const ended = await catalyst.run(at('verify', scan));
      expect(ended.code, `${scan}: ${ended.stdout}${ended.stderr}`).toBe(0);
    }
    const secrets = await kubectlText(lab.kubeconfigs.mother, ['get', 'secrets,configmaps', '-A', '-o', 'name']);
    expect(secrets).not.toMatch(/omantel/);
  });

  test.runIf(runsScripts)(
    'the undo that a kill arms puts catalyst-api back by itself, with the rights that it brings along',
    async () => {
      const { mother } = lab.kubeconfigs;
      const namespace = 'catalyst';
      const flux = {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        namespace: 'flux-system',
        name: 'catalyst-platform',
      };
      const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'catalyst-api' };
      const image = await imageOfCatalyst(mother, namespace);
      const armed = undoObjects(
        {
          ...{ namespace, deployment, replicas: 1, generation: 0, claim: '', mountPath: '', image },
          ...{ labels: {}, imagePullSecrets: [], kustomization: { ...flux, suspended: false } },
        },
        { fqdn, runId: 'feedface', seconds: 3, until: new Date() },
      );
      const suspend = (value: true | null) =>
        kubectlText(mother, [
          ...['-n', flux.namespace, 'patch', 'kustomization', flux.name, '--type=merge'],
          ...['-p', JSON.stringify({ spec: { suspend: value } })],
        ]);
      const replicas = () =>
        kubectlText(mother, ['-n', namespace, 'get', 'deployment', deployment.name, '-o', 'jsonpath={.spec.replicas}']);
      try {
        await suspend(true);
        await kubectlText(mother, ['-n', namespace, 'scale', 'deployment', deployment.name, '--replicas=0']);
        for (const object of armed) await apply(mother, object);
        await until(async () => (await replicas()) === '1');
        const job = armed.at(-1)!.metadata.name;
        await kubectlText(mother, ['-n', namespace, 'wait', '--for=condition=Complete', `job/${job}`, '--timeout=60s']);
        expect(
          await kubectlText(mother, [
            ...['-n', flux.namespace, 'get', 'kustomization', flux.name, '-o', 'jsonpath={.spec.suspend}'],
          ]),
        ).toBe('');
      } finally {
        await kubectlText(mother, ['-n', namespace, 'scale', 'deployment', deployment.name, '--replicas=1']);
        await suspend(null);
        for (const { kind, metadata } of armed)
          await kubectlText(mother, ['-n', metadata.namespace!, 'delete', kind, metadata.name, '--ignore-not-found']);
      }
    },
  );

  test('something that still needs the mother makes the Definition of Done FAIL and is named; without it the item passes', async () => {
    await apply(lab.kubeconfigs.sovereign, needsTheMother);
    const bad = await catalyst.json<Verdict>(at('verify', 'dod', '--only', 'D14'));
    expect(bad.code).toBe(3);
    expect(bad.document.error?.code).toBe('E6001');
    expect(bad.document.error?.message).toMatch(/D14 .*failed: HelmRepository flux-system\/from-the-mother/);
    await kubectlText(lab.kubeconfigs.sovereign, [
      ...['delete', 'helmrepository', needsTheMother.metadata.name, '-n', needsTheMother.metadata.namespace],
    ]);
    const good = await catalyst.json<Verdict>(at('verify', 'dod', '--only', 'D14'));
    expect(good.document.result.items).toMatchObject([{ id: 'D14', status: 'pass' }]);
  });
});

describe('the end', () => {
  test('the live cluster is no leftover; destroyed, nothing of it is left, neither at Hetzner nor as a process', async () => {
    expect(selected(await purgePlan())).toEqual([]);
    const programs = Object.values(processesOf(join(dirname(lab.spec), 'engines', folderOfSovereign(lab)!)));
    expect(programs.filter((pid) => !runs(pid))).toEqual([]);
    const destroyed = await catalyst.run(at('cluster', 'destroy', '--confirm', fqdn));
    expect(destroyed.code, destroyed.stderr).toBe(0);
    expect(destroyed.stdout).toMatch(/nothing left of the plan: clean/);
    await until(() => programs.every((pid) => !runs(pid)));
    expect(selected(await purgePlan())).toEqual([]);
  });

  test('killed, the lab takes its programs with it; started again, it is whole; down ends all', async () => {
    const engines = join(dirname(lab.spec), 'engines');
    const programs = (): number[] =>
      ['mother', 'external-services'].flatMap((name) => Object.values(processesOf(join(engines, name))));
    const before = programs();
    expect(before.filter((pid) => !runs(pid))).toEqual([]);
    const { pid } = JSON.parse(readFileSync(join(dirname(lab.spec), 'lab.json'), 'utf8')) as { pid: number };
    process.kill(pid, 'SIGKILL');
    await until(() => before.every((one) => !runs(one)));

    await catalyst.up();
    const after = programs();
    expect(after.filter((one) => !runs(one))).toEqual([]);
    expect((await catalyst.run(['lab', 'down', '--lab', catalyst.lab])).code).toBe(0);
    await until(() => after.every((one) => !runs(one)));
  });
});

const headOf = (repository: string) =>
  execFileSync('git', ['--git-dir', repository, 'rev-parse', 'main'], { encoding: 'utf8' }).trim();

const needsTheMother = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'HelmRepository',
  metadata: { name: 'from-the-mother', namespace: 'flux-system' },
  spec: { interval: '1m', url: 'https://harbor.openova.io/chartrepo/library' },
};
