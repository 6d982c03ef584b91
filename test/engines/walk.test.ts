/**
 * A Sovereign's life on two real control planes with real Flux, in one lab: phases alone, the walk to its verdict, a look from
 * outside with kubectl, a FAIL that is meant, and the end of the cluster.
 */
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { Resolver } from 'node:dns/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { get } from 'node:https';
import { dirname, join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findEngines } from '../../src/lab/engines/cache.js';
import { mayMount } from '../../src/lab/engines/pod-root.js';
import { hasTools } from '../../src/lab/engines/pod-scripts.js';
import { hasCertificates } from '../../src/lab/engines/real-parts.js';
import { hasPowerDns } from '../../src/lab/engines/real-powerdns.js';
import { undoObjects } from '../../src/mother/undo-job.js';
import { createRedactor } from '../../src/support/redact.js';
import { createExec } from '../../src/tools/exec.js';
import type { Catalyst, LabInfo } from '../lab/catalyst.js';
import {
  apply,
  catalystOnEngines,
  folderOfSovereign,
  kubectl,
  kubectlText,
  kubeseal,
  processesOf,
  rootOfAcme,
  runs,
  until,
} from './rig.js';

interface Listed {
  items: {
    kind: string;
    metadata: { name: string; namespace: string };
    spec: Record<string, unknown>;
    status?: { conditions?: { type: string; status: string }[]; artifact?: { revision: string } };
  }[];
}
interface Workspace {
  metadata: { name: string; labels: Record<string, string> };
  spec: {
    providerConfigRef: { name: string };
    forProvider: { module: string; vars: { key: string; value: string }[] };
  };
}
interface Node {
  status: { addresses: { type: string; address: string }[] };
}
interface Verdict {
  verdict: string;
  items: { id: string; status: string; reason: string }[];
}
interface PurgePlan {
  file: string;
  resources: { type: string; name: string; selected: boolean }[];
}

const fqdn = 'omantel.omani.works';
const hasTraefik = findEngines(process.env).has('traefik');
const runsScripts = hasTools() && (await mayMount(createExec(createRedactor())));
const isIssued = hasCertificates(findEngines(process.env));
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

  test('the walk ends with the verdict of the embedded lab: PARTIAL, for D20 only', async () => {
    const { code, stderr } = await catalyst.run(at('wizard'));
    const tail = stderr.split('\n').slice(-40).join('\n');
    expect(code, tail).toBe(3);
    expect(tail).toMatch(/PARTIAL for/);
    expect([...new Set(tail.match(/\b[DW]\d+ (fail|not-checked)/g))], tail).toEqual(['D20 not-checked']);
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

  test.skipIf(!hasPowerDns() || !runsScripts)(
    'PowerDNS itself answers for the zone that a script wrote through its API, with the addresses of the nodes',
    async () => {
      const folder = join(dirname(lab.spec), 'engines', folderOfSovereign(lab)!);
      expect(runs(processesOf(folder)['powerdns']!)).toBe(true);
      const resolver = new Resolver({ timeout: 5000, tries: 1 });
      resolver.setServers([`${lab.endpoints['sovereignDns']}`]);
      const { items } = await kubectl<{ items: Node[] }>(lab.kubeconfigs.sovereign, ['get', 'nodes']);
      const external = items.flatMap(({ status }) => status.addresses).filter(({ type }) => type === 'ExternalIP');
      const addresses = external.map(({ address }) => address).sort();
      expect((await resolver.resolve4(`console.${fqdn}`)).sort()).toEqual(addresses);
      // as only its own settings have it
      expect(await resolver.resolveSoa(fqdn)).toMatchObject({
        nsname: `ns1.${fqdn}`,
        hostmaster: `hostmaster.${fqdn}`,
      });
      await expect(resolver.resolve4('omani.works')).rejects.toMatchObject({ code: 'EREFUSED' });
      const { serial } = await resolver.resolveSoa(fqdn);
      expect(serial).toBeGreaterThan(2_026_000_000);
      // what the cluster does every ten minutes: the same addresses are no change
      const again = ['create', 'job', 'zone-again', '--from=cronjob/zone-sync', '-n', 'powerdns'];
      await kubectlText(lab.kubeconfigs.sovereign, again);
      const done = ['wait', 'job/zone-again', '-n', 'powerdns', '--for=condition=complete', '--timeout=60s'];
      await kubectlText(lab.kubeconfigs.sovereign, done);
      expect((await resolver.resolveSoa(fqdn)).serial).toBe(serial);
    },
  );

  describe.runIf(isIssued)('certificates', () => {
    const challenge = `_acme-challenge.${fqdn}`;
    const wildcard = ['-n', 'traefik', 'certificate', 'wildcard'];
    const revision = () =>
      kubectlText(lab.kubeconfigs.sovereign, ['get', ...wildcard, '-o', 'jsonpath={.status.revision}']);
    const chain = async () => {
      const secret = ['get', 'secret', 'wildcard-tls', '-n', 'traefik', '-o', 'jsonpath={.data.tls\\.crt}'];
      const pem = Buffer.from(await kubectlText(lab.kubeconfigs.sovereign, secret), 'base64').toString();
      return pem
        .split(/(?=-----BEGIN)/)
        .filter((part) => part.includes('BEGIN'))
        .map((part) => new X509Certificate(part));
    };
    const records = async () => {
      const resolver = new Resolver({ timeout: 5000, tries: 1 });
      resolver.setServers([`${lab.endpoints['sovereignDns']}`]);
      return resolver.resolveTxt(challenge).catch((error: { code: string }) => error.code);
    };

    test("the wildcard is signed by the ACME authority, which found the solver's record in the Sovereign's zone", async () => {
      const folder = join(dirname(lab.spec), 'engines', folderOfSovereign(lab)!);
      const names = ['cert-manager', 'cert-manager-webhook', 'cert-manager-cainjector', 'cert-manager-webhook-pdns'];
      for (const name of names) expect(runs(processesOf(folder)[name]!), name).toBe(true);
      const root = await rootOfAcme(lab);
      const [leaf, intermediate] = await chain();
      expect(intermediate!.subject).toMatch(/^CN=Pebble Intermediate CA/);
      expect(intermediate!.verify(root.publicKey)).toBe(true);
      expect(leaf!.verify(intermediate!.publicKey)).toBe(true);
      expect(leaf!.subjectAltName?.split(', ').sort()).toEqual([`DNS:*.${fqdn}`, `DNS:${fqdn}`]);
      const { items } = await kubectl<{ items: { status: { state: string } }[] }>(lab.kubeconfigs.sovereign, [
        ...['get', 'orders.acme.cert-manager.io', '-n', 'traefik'],
      ]);
      expect(items.map(({ status }) => status.state)).toContain('valid');
      // the authority asks by TCP, cert-manager itself by UDP
      const asked = readFileSync(lab.requestLog, 'utf8')
        .split('\n')
        .filter((line) => line.includes('"dns-resolver"') && line.includes(`/${challenge}/TXT?tcp`))
        .map((line) => (JSON.parse(line) as { status: number }).status);
      expect(asked).toContain(0);
      expect(await records()).toMatch(/ENOTFOUND|ENODATA/);
    });

    test('renewed, it is another one of the same authority, and nothing is left in the zone', async () => {
      const [before, [old]] = [await revision(), await chain()];
      await renew(lab.kubeconfigs.sovereign, wildcard);
      await until(async () => (await revision()) !== before);
      const [leaf, intermediate] = await chain();
      expect(leaf!.serialNumber).not.toBe(old!.serialNumber);
      expect(intermediate!.verify((await rootOfAcme(lab)).publicKey)).toBe(true);
      await until(async () => /ENOTFOUND|ENODATA/.test(`${await records()}`));
    });

    test("cert-manager's own webhook judges, by the authority that cainjector put in", async () => {
      const wanted = certificate('short', { dnsNames: [`short.${fqdn}`], duration: '30m' });
      const words =
        /webhook "webhook\.cert-manager\.io" denied the request: .*certificate duration must be greater than/;
      await expect(apply(lab.kubeconfigs.sovereign, wanted)).rejects.toThrow(words);
      const ca = ['get', 'secret', '-n', 'cert-manager', 'cert-manager-webhook-ca', '-o', 'jsonpath={.data.ca\\.crt}'];
      const bundle = '-o=jsonpath={.webhooks[0].clientConfig.caBundle}';
      const given = await kubectlText(lab.kubeconfigs.sovereign, ca);
      for (const kind of ['validatingwebhookconfiguration', 'mutatingwebhookconfiguration'])
        expect(await kubectlText(lab.kubeconfigs.sovereign, ['get', kind, 'cert-manager-webhook', bundle])).toBe(given);
    });

    test('a name whose zone the world does not find at the Sovereign gets no certificate', async () => {
      const name = 'astray';
      const fault = ['lab', 'fault', 'lost-delegation', '--target', fqdn, '--lab', catalyst.lab];
      const added = await catalyst.json<{ added: { id: string } }>(fault);
      expect(added.code).toBe(0);
      const reason = () =>
        kubectlText(lab.kubeconfigs.sovereign, ['get', 'challenges', '-o', 'jsonpath={.items[*].status.reason}']);
      try {
        await apply(lab.kubeconfigs.sovereign, certificate(name, { dnsNames: [`${name}.${fqdn}`] }));
        // it looks for the zone as the world does, and what it finds is none that the solver may write to
        await until(async () => /zone omani\.works\. is none of the allowed ones/.test(await reason()));
        await expect(kubectlText(lab.kubeconfigs.sovereign, ['get', 'secret', name])).rejects.toThrow(/not found/);
      } finally {
        await catalyst.run(['lab', 'fault', '--clear', added.document.result.added.id, '--lab', catalyst.lab]);
        // cert-manager remembers the zone for an hour and would clean up there first
        await kubectlText(lab.kubeconfigs.sovereign, ['delete', 'certificate', name]);
        await until(async () => {
          const left = await kubectlText(lab.kubeconfigs.sovereign, ['get', 'challenges', '-o', 'name']);
          for (const one of left.split('\n').filter(Boolean))
            await kubectlText(lab.kubeconfigs.sovereign, [
              'patch',
              one,
              '--type=merge',
              '-p',
              '{"metadata":{"finalizers":null}}',
            ]);
          return left === '';
        });
        await until(
          async () => (await kubectlText(lab.kubeconfigs.sovereign, ['get', 'secrets', '-o', 'name'])) === '',
        );
      }
    });
  });

  test('the real sealed-secrets controller opens what its own tool seals, for that name and namespace alone', async () => {
    const folder = join(dirname(lab.spec), 'engines', folderOfSovereign(lab)!);
    // the ticket's proof had one opened that catalyst sealed
    expect(runs(processesOf(folder)['sealed-secrets']!)).toBe(true);
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'sealed', namespace: 'default' } };
    const sealed = await kubeseal(lab.kubeconfigs.sovereign, { ...secret, stringData: { word: 'unsealed' } });
    const elsewhere = { ...sealed, metadata: { name: 'stolen', namespace: 'default' } };
    await apply(lab.kubeconfigs.sovereign, sealed);
    await apply(lab.kubeconfigs.sovereign, elsewhere);
    try {
      const word = () =>
        kubectlText(lab.kubeconfigs.sovereign, ['get', 'secret', 'sealed', '-o', 'jsonpath={.data.word}']);
      await until(async () => Buffer.from(await word(), 'base64').toString() === 'unsealed');
      const synced = "jsonpath={.status.conditions[?(@.type=='Synced')].status}";
      await until(
        async () =>
          (await kubectlText(lab.kubeconfigs.sovereign, ['get', 'sealedsecret', 'stolen', '-o', synced])) === 'False',
      );
      await expect(kubectlText(lab.kubeconfigs.sovereign, ['get', 'secret', 'stolen'])).rejects.toThrow(/not found/);
    } finally {
      await kubectlText(lab.kubeconfigs.sovereign, ['delete', 'sealedsecret', 'sealed', 'stolen']);
      await until(async () => (await kubectlText(lab.kubeconfigs.sovereign, ['get', 'secrets', '-o', 'name'])) === '');
    }
  });

  test('the real external-secrets controller made what the ticket asked of OpenBao, and tells what is not there', async () => {
    const folder = join(dirname(lab.spec), 'engines', folderOfSovereign(lab)!);
    expect(runs(processesOf(folder)['external-secrets']!)).toBe(true);
    const missing = {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { name: 'missing', namespace: 'default' },
      spec: {
        secretStoreRef: { kind: 'ClusterSecretStore', name: 'openbao' },
        data: [{ secretKey: 'word', remoteRef: { key: 'not/there', property: 'word' } }],
      },
    };
    await apply(lab.kubeconfigs.sovereign, missing);
    const asked = ['externalsecret', 'missing', '-o', "jsonpath={.status.conditions[?(@.type=='Ready')].reason}"];
    try {
      await until(
        async () => (await kubectlText(lab.kubeconfigs.sovereign, ['get', ...asked])) === 'SecretSyncedError',
      );
      // words of the program itself, which our own has not
      const events = await kubectlText(lab.kubeconfigs.sovereign, ['get', 'events', '-o', 'jsonpath={..message}']);
      expect(events).toContain('error processing spec.data[0] (key: not/there)');
    } finally {
      await kubectlText(lab.kubeconfigs.sovereign, ['delete', 'externalsecret', 'missing']);
    }
  });

  test.skipIf(!hasTraefik)(
    'Traefik itself shows the certificate of the wildcard, reaches the console, and has nothing to say against our objects',
    async () => {
      const folder = join(dirname(lab.spec), 'engines', folderOfSovereign(lab)!);
      expect(runs(processesOf(folder)['traefik']!)).toBe(true);
      const console = await overTls(lab, `console.${fqdn}`);
      expect(console).toMatchObject({ status: 200, text: expect.stringContaining(`<title>Catalyst · ${fqdn}`) });
      expect(console.names).toContain(`DNS:*.${fqdn}`);
      const written = () => readFileSync(join(folder, 'log', 'traefik.log'), 'utf8');
      const before = written().length;
      // any change of a route makes it read all objects anew
      await apply(lab.kubeconfigs.sovereign, anotherRoute);
      try {
        await until(async () => (await overTls(lab, `again.${fqdn}`)).status === 200);
        const said = written().slice(before).split('\n');
        expect(said.filter((line) => / (ERR|WRN|FTL) /.test(line))).toEqual([]);
      } finally {
        const { kind, metadata } = anotherRoute;
        await kubectlText(lab.kubeconfigs.sovereign, ['delete', kind, metadata.name, '-n', metadata.namespace]);
      }
    },
  );

  describe('the real Crossplane', () => {
    const claim = (kind: string, name: string, parameters: object, more: object = {}) => ({
      apiVersion: 'compose.openova.io/v1alpha1',
      kind,
      metadata: { name, namespace: 'default' },
      spec: { parameters, ...more },
    });
    const composed = async (name: string) => {
      const of = ['workspaces.opentofu.upbound.io', '-l', `crossplane.io/claim-name=${name}`];
      return (await kubectl<{ items: Workspace[] }>(lab.kubeconfigs.sovereign, ['get', ...of])).items;
    };
    const asked = (kind: string, name: string, path: string) =>
      kubectlText(lab.kubeconfigs.sovereign, ['get', kind, name, '-o', `jsonpath={${path}}`]);
    const isSo = (type: string) => `.status.conditions[?(@.type=='${type}')].status`;
    const remove = (...of: string[]) => kubectlText(lab.kubeconfigs.sovereign, ['delete', ...of, '--ignore-not-found']);

    test('pulled its packages, runs what they brought and offers what the tree defines', async () => {
      const folder = join(dirname(lab.spec), 'engines', folderOfSovereign(lab)!);
      for (const program of ['crossplane', 'crossplane-rbac-manager', 'function-patch-and-transform'])
        expect(runs(processesOf(folder)[program]!), program).toBe(true);
      for (const [kind, name] of [
        ['providers.pkg.crossplane.io', 'provider-opentofu'],
        ['functions.pkg.crossplane.io', 'function-patch-and-transform'],
      ] as const) {
        expect(await asked(kind, name, isSo('Installed')), name).toBe('True');
        expect(await asked(kind, name, isSo('Healthy')), name).toBe('True');
        // as our own never says it
        expect(await asked(kind, name, '.status.resolvedPackage')).toBe(await asked(kind, name, '.spec.package'));
      }
      for (const name of ['xnodepools.compose.openova.io', 'xloadbalancers.compose.openova.io']) {
        expect(await asked('xrd', name, isSo('Established')), name).toBe('True');
        expect(await asked('xrd', name, isSo('Offered')), name).toBe('True');
      }
    });

    test('composes what a claim asks for by the Composition of the tree, hands back what came of it, and takes it away', async () => {
      const addresses = ['203.0.113.7', '203.0.113.8'];
      await apply(lab.kubeconfigs.sovereign, claim('NodePoolClaim', 'pool', { count: 2, serverType: 'cx22' }));
      await apply(
        lab.kubeconfigs.sovereign,
        claim('LoadBalancerClaim', 'edge', { listenPort: 443, targetPort: 31443, pool: 'workers' }),
      );
      try {
        await until(async () => (await composed('pool')).length === 1 && (await composed('edge')).length === 1);
        const [[pool], [edge]] = [await composed('pool'), await composed('edge')] as [[Workspace], [Workspace]];
        const vars = ({ spec }: Workspace) =>
          Object.fromEntries(spec.forProvider.vars.map((one) => [one.key, one.value]));
        const composite = ({ metadata }: Workspace) => metadata.labels['crossplane.io/composite'];
        expect(vars(pool)).toEqual({ pool: composite(pool), servers: '2', server_type: 'cx22', image: 'debian-13' });
        expect(vars(edge)).toEqual({
          ...{ name: composite(edge), type: 'lb11', listen_port: '443', target_port: '31443', pool: 'workers' },
        });
        for (const { spec } of [pool, edge]) {
          expect(spec.providerConfigRef.name).toBe('hcloud');
          expect(spec.forProvider.module).toContain('"catalyst.openova.io/sovereign" = "omantel"');
        }
        for (const kind of ['nodepoolclaim/pool', 'loadbalancerclaim/edge'])
          await kubectlText(lab.kubeconfigs.sovereign, ['wait', kind, '--for=condition=Ready', '--timeout=60s']);
        // what OpenTofu would say
        for (const [{ metadata }, outputs] of [
          [pool, { addresses }],
          [edge, { address: addresses[0] }],
        ] as const)
          await kubectlText(lab.kubeconfigs.sovereign, [
            ...['patch', 'workspaces.opentofu.upbound.io', metadata.name, '--subresource=status', '--type=merge'],
            ...['-p', JSON.stringify({ status: { atProvider: { outputs } } })],
          ]);
        await until(async () => (await asked('nodepoolclaim', 'pool', '.status.addresses[*]')) === addresses.join(' '));
        await until(async () => (await asked('loadbalancerclaim', 'edge', '.status.address')) === addresses[0]);
      } finally {
        await remove('nodepoolclaim/pool', 'loadbalancerclaim/edge');
      }
      await until(async () => (await composed('pool')).length + (await composed('edge')).length === 0);
    });

    test('refuses what the tree does not offer, and tells what is wrong with a Composition', async () => {
      const tooMany = claim('NodePoolClaim', 'many', { count: 51, serverType: 'cx22' });
      await expect(apply(lab.kubeconfigs.sovereign, tooMany)).rejects.toThrow(/spec\.parameters\.count/);
      const broken = {
        apiVersion: 'apiextensions.crossplane.io/v1',
        kind: 'Composition',
        metadata: { name: 'broken' },
        spec: {
          compositeTypeRef: { apiVersion: 'compose.openova.io/v1alpha1', kind: 'XNodePool' },
          mode: 'Pipeline',
          pipeline: [
            {
              step: 'servers',
              functionRef: { name: 'function-patch-and-transform' },
              input: {
                apiVersion: 'pt.fn.crossplane.io/v1beta1',
                kind: 'Resources',
                resources: [{ name: 'servers', base: {}, patchs: [] }],
              },
            },
          ],
        },
      };
      await apply(lab.kubeconfigs.sovereign, broken);
      try {
        const chosen = { compositionRef: { name: 'broken' } };
        await apply(lab.kubeconfigs.sovereign, claim('NodePoolClaim', 'odd', { count: 0, serverType: 'cx22' }, chosen));
        const why = "{.items[?(@.spec.compositionRef.name=='broken')].status.conditions[?(@.type=='Synced')].message}";
        await until(async () =>
          /unknown field "patchs"/.test(
            await kubectlText(lab.kubeconfigs.sovereign, ['get', 'xnodepools', '-o', `jsonpath=${why}`]),
          ),
        );
      } finally {
        await remove('nodepoolclaim/odd');
        await remove('composition/broken');
      }
      await until(
        async () => (await kubectlText(lab.kubeconfigs.sovereign, ['get', 'xnodepools', '-o', 'name'])) === '',
      );
    });
  });

  test.runIf(runsScripts)('scripts of Jobs ran as they stand, and what they said is what catalyst read', () => {
    const folder = join(dirname(lab.spec), 'engines', folderOfSovereign(lab)!, 'scripts');
    const texts = (job: string, file: string) =>
      readdirSync(folder).flatMap((one) =>
        one.startsWith(`${job}-`) ? [readFileSync(join(folder, one, file), 'utf8')] : [],
      );
    expect(texts('probe-openbao-write', 'said')).toContain('{"written":"catalyst-probes/value"}');
    expect(texts('probe-openbao-status', 'said').join()).toContain('"sealed":false');
    expect(texts('zone-bootstrap', 'log/output.log').join()).toMatch(/zone omantel\.omani\.works\. points at [\d.]+/);
  });

  test('nothing is left where nothing should be', async () => {
    const own = /kube-root-ca\.crt|service\/kubernetes$|serviceaccount\/default$/;
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
    // and what the played operators wrote is there, in the object itself where the kind has no status apart
    const open = '{.spec.versions[*].schema.openAPIV3Schema.x-kubernetes-preserve-unknown-fields}';
    for (const name of ['certificates.cert-manager.io', 'backups.velero.io', 'ciliumnetworkpolicies.cilium.io'])
      expect(await kubectlText(lab.kubeconfigs.sovereign, ['get', 'crd', name, '-o', `jsonpath=${open}`])).toBe('');
    const { items } = await kubectl<{ items: { status?: { phase: string } }[] }>(lab.kubeconfigs.sovereign, [
      ...['get', 'backupstoragelocations', '-A'],
    ]);
    expect(items.map(({ status }) => status?.phase)).toEqual(['Available']);
  });

  test('what a played controller writes, the real API server takes', () => {
    const said = readFileSync(join(dirname(lab.spec), 'lab.log'), 'utf8').split('\n');
    const refused = /unknown field|strict decoding|is invalid:|Unsupported value|field not declared/;
    expect(said.filter((line) => refused.test(line))).toEqual([]);
  });

  test('no program of the lab has ended by itself', () => {
    const said = readFileSync(join(dirname(lab.spec), 'lab.log'), 'utf8').split('\n');
    expect(said.filter((line) => line.includes('started again'))).toEqual([]);
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
      const armed = undoObjects(
        {
          ...{ namespace, deployment, replicas: 1, generation: 0, claim: '', mountPath: '', image: 'catalyst-api' },
          ...{ imagePullSecrets: [], kustomization: { ...flux, suspended: false } },
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
    expect(bad.document.error?.message).toMatch(/D14 fail: HelmRepository flux-system\/from-the-mother/);
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
      ['mother', 'surroundings'].flatMap((name) => Object.values(processesOf(join(engines, name))));
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

const certificate = (name: string, spec: object) => ({
  apiVersion: 'cert-manager.io/v1',
  kind: 'Certificate',
  metadata: { name, namespace: 'default' },
  spec: { secretName: name, issuerRef: { kind: 'ClusterIssuer', name: 'letsencrypt-prod' }, ...spec },
});

/** Asks for a new certificate as cert-manager's own tool does: by the condition that its controller acts on. */
async function renew(kubeconfig: string, of: readonly string[]): Promise<void> {
  const { status } = await kubectl<{ status: { conditions: { type: string }[] } }>(kubeconfig, ['get', ...of]);
  const asked = { type: 'Issuing', status: 'True', reason: 'ManuallyTriggered', message: 'by hand' };
  const lastTransitionTime = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const conditions = [...status.conditions.filter(({ type }) => type !== 'Issuing'), { ...asked, lastTransitionTime }];
  const patch = JSON.stringify({ status: { conditions } });
  await kubectlText(kubeconfig, ['patch', ...of, '--subresource=status', '--type=merge', '-p', patch]);
}

const headOf = (repository: string) =>
  execFileSync('git', ['--git-dir', repository, 'rev-parse', 'main'], { encoding: 'utf8' }).trim();

const anotherRoute = {
  apiVersion: 'traefik.io/v1alpha1',
  kind: 'IngressRoute',
  metadata: { name: 'again', namespace: 'catalyst-system' },
  spec: {
    entryPoints: ['websecure'],
    routes: [{ kind: 'Rule', match: `Host(\`again.${fqdn}\`)`, services: [{ name: 'catalyst-ui', port: 'http' }] }],
    tls: {},
  },
};

/** One request to the Sovereign's ingress as a visitor of that name makes it, who trusts the lab's authority alone. */
function overTls({ spec, endpoints }: LabInfo, name: string): Promise<{ status: number; text: string; names: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(`${endpoints['ingress']}`);
    const about = {
      hostname,
      port,
      servername: name,
      headers: { host: name },
      ca: readFileSync(join(dirname(spec), 'ca.pem')),
      agent: false as const,
    };
    get(about, async (response) => {
      const { subjectaltname = '' } = (response.socket as TLSSocket).getPeerCertificate();
      let text = '';
      for await (const chunk of response) text += String(chunk);
      resolve({ status: response.statusCode ?? 0, text, names: subjectaltname });
    }).on('error', reject);
  });
}

const needsTheMother = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'HelmRepository',
  metadata: { name: 'from-the-mother', namespace: 'flux-system' },
  spec: { interval: '1m', url: 'https://harbor.openova.io/chartrepo/library' },
};

const made = { name: 'misfit', namespace: 'default' };
/** Objects with one fault each, and how the true definition of their kind refuses it. */
const misfits = [
  [
    {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata: made,
      spec: { secretName: 'x', issuerRef: { name: 'x' }, dnsName: 'a.example' },
    },
    /unknown field "spec\.dnsName"/,
  ],
  [
    { apiVersion: 'velero.io/v1', kind: 'Backup', metadata: made, spec: { includedNamespaces: 'shop' } },
    /spec\.includedNamespaces/,
  ],
  [
    {
      apiVersion: 'cilium.io/v2',
      kind: 'CiliumNetworkPolicy',
      metadata: made,
      spec: { endpointSelector: {}, egres: [] },
    },
    /unknown field "spec\.egres"/,
  ],
  [
    { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: made, spec: { refreshIntervall: '1h' } },
    /unknown field "spec\.refreshIntervall"/,
  ],
  [{ apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', metadata: made, spec: { instances: 0 } }, /spec\.instances/],
  [
    {
      apiVersion: 'kyverno.io/v1',
      kind: 'ClusterPolicy',
      metadata: { name: 'misfit' },
      spec: { validationFailureAction: 'Refuse', rules: [] },
    },
    /spec\.validationFailureAction/,
  ],
] as const;
