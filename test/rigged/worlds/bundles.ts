/** Bundles that were forged, thinned, reordered or put together from others, each signed with the right key. */
import type { Predicate } from '../../../src/evidence/bundle.js';
import { hashOf } from '../../../src/support/hash.js';
import { fail, type RiggedWorld, type Row, worldsOn } from '../rigged-world.js';
import { type BundleWorld, edit, type ItemLine, onBundles } from '../stages/bundles.js';
import {
  all,
  evidence,
  experiment,
  type Forgery,
  file,
  item,
  journal,
  journalWithout,
  page,
  report,
  statement,
} from '../stages/forgeries.js';

type Forged = Omit<Row<BundleWorld>, 'item' | 'expected'> & { refused: RegExp };

const nameIsNot =
  (name: string) =>
  ({ metadata }: { metadata: { name: string } }) =>
    metadata.name !== name;

const without = (line: ItemLine) => {
  line.evidence = undefined;
};

/** One more finding of the umbilical scan. */
const umbilicalFinding = (finding: object): Forgery =>
  file('scans.json', ({ umbilical }) => {
    umbilical.findings.push({ id: 'x', where: 'Secret a/b', breaks: 'x', remedy: 'x', ...finding });
  });

/** Both of them, and the handover record's hashes of them. */
const fingerprints = (change: (one: { objects: unknown[]; pages: unknown[] }) => void): Forgery =>
  all(
    file('protected.json', ({ before, after }) => {
      change(before);
      change(after);
    }),
    (world) => {
      const { before, after } = JSON.parse(world.files['protected.json']!);
      edit(world, 'handover.json', (record) => {
        record.fingerprints = { ...record.fingerprints, before: hashOf(before), after: hashOf(after) };
      });
    },
  );

const withoutExperiment = (one: { experiment?: unknown }) => {
  delete one.experiment;
};
const withoutWindow = (predicate: Predicate) => {
  delete predicate.windowMs;
};
const real = { lab: false, world: { kind: 'real' as const } };
const byOtherVersion = statement((predicate) => {
  predicate.by = 'catalyst/0.0.9';
});
const claimsL3 = report((one) => ({ ...one, grade: 'L3' }));

const itemsAgainstRaw: Forged[] = [
  {
    id: 'bundle-release-missing',
    gap: 'D1 against the releases that were seen',
    rigged: 'one look has 23 releases, and D1 still says pass',
    refused: /D1 is stated as pass, but its raw data gives fail: second look: HelmRelease bp-velero is not there/,
    rig: evidence('D1', ({ looks: [, second] }) => {
      second.releases.live = second.releases.live.filter(nameIsNot('bp-velero'));
    }),
  },
  {
    id: 'bundle-one-look',
    gap: 'D1 against the time between the looks',
    rigged: 'the releases were looked at once',
    refused: /D1 .* gives not-checked: the releases were not looked at twice/,
    rig: evidence('D1', ({ looks }) => {
      looks.length = 1;
    }),
  },
  {
    id: 'bundle-proof-failed',
    gap: 'D6 against its proof',
    rigged: 'the proof of #377 failed, and D6 says pass',
    refused: /D2 is stated as pass, but its raw data gives fail: #377: no token/,
    rig: file('proofs.json', (proofs) => ({ ...proofs, '#377': { error: 'no token' } })),
  },
  {
    id: 'bundle-proof-gone',
    gap: 'an item without raw data',
    rigged: 'the proof of #381 was taken out, and D10 says pass',
    refused: /D2 is stated to pass, and it has no raw data of it/,
    rig: file('proofs.json', (proofs) => {
      delete proofs['#381'];
    }),
  },
  {
    id: 'bundle-no-evidence',
    gap: 'an item whose evidence was taken out',
    rigged: 'the sources that Flux reads were taken out, and D3 says pass',
    refused: /D3 is stated to pass, and it has no raw data of it/,
    rig: item('D3', without),
  },
  {
    id: 'bundle-foreign-source',
    gap: 'D3 against the sources that were seen',
    rigged: 'a source reads a foreign Git, and D3 says pass',
    refused: /D3 .* gives fail: GitRepository flux-system\/y reads https:\/\/gitea\.example/,
    rig: evidence('D3', ({ sources }) => {
      const address = 'https://gitea.example/x.git';
      sources.push({ kind: 'GitRepository', name: 'GitRepository flux-system/y', address, suspended: false });
    }),
  },
  {
    id: 'bundle-delegation-elsewhere',
    gap: 'D4 against the name servers that were seen',
    rigged: "the parent names the mother's server, and D4 says pass",
    refused: /D4 is stated as pass, but its raw data gives fail/,
    rig: evidence('D4', ({ delegation }) => delegation.nameServers.push('ns1.openova.io')),
  },
  {
    id: 'bundle-default-certificate',
    gap: 'D5 against the certificates that were seen',
    rigged: "a host showed Traefik's default certificate, and D5 says pass",
    refused: /D5 .* gives fail: console\.omantel\.omani\.works: the chain does not verify/,
    rig: evidence('D5', ({ hosts }) => {
      hosts[0].authorized = false;
    }),
  },
  {
    id: 'bundle-other-bucket',
    gap: 'D9 against the buckets that were seen',
    rigged: 'Velero writes to another bucket, and D9 says pass',
    refused: /D9 .* gives fail: BackupStorageLocation velero\/default writes to bucket theirs/,
    rig: evidence('D9', ({ velero }) => {
      velero.locations[0].bucket = 'theirs';
    }),
  },
  {
    id: 'bundle-open-tether',
    gap: 'D14 against its scan',
    rigged: 'the umbilical scan has an open finding, and D14 says pass',
    refused: /D14 is stated as pass, but its raw data gives fail: Secret a\/b: names the mother/,
    rig: umbilicalFinding({ what: 'names the mother' }),
  },
  {
    id: 'bundle-accepted-by-nobody',
    gap: 'a finding that the spec does not accept',
    rigged: 'the umbilical scan has a finding that it calls accepted; the spec accepts none',
    refused: /D14 is stated as pass, but its raw data gives fail: Secret a\/b: names the mother/,
    rig: umbilicalFinding({ what: 'names the mother', accepted: 'known' }),
  },
  {
    id: 'bundle-other-grade-asked',
    gap: 'the grade that the spec asks for',
    rigged: 'the spec asks for L3, and the scan says that it was asked for L1',
    refused: /D14 is stated as pass, but its raw data gives fail: Secret a\/b: names ghcr\.io/,
    rig: all(
      file('spec.json', ({ spec }) => {
        spec.independence.grade = 'L3';
      }),
      umbilicalFinding({ what: 'names ghcr.io', grade: 'L3' }),
    ),
  },
  {
    id: 'bundle-unseen-place',
    gap: 'D15 against a place that was not looked at',
    rigged: 'the residue scan could not look at a place, and D15 says pass',
    refused: /D15 is stated as pass, but its raw data gives fail: could not look at configmaps/,
    rig: file('scans.json', ({ residue }) => {
      residue.looked[0].ok = false;
    }),
  },
  {
    id: 'bundle-umbilical-thinned',
    gap: 'D14 against the kinds that every cluster has',
    rigged: 'the umbilical scan has no look at Secrets, and D14 says pass',
    refused:
      /D14 is stated as pass, but its raw data gives not-checked: the scan has no look at secrets on the Sovereign/,
    rig: file('scans.json', ({ umbilical }) => {
      umbilical.looked = umbilical.looked.filter(({ place }: { place: string }) => !place.startsWith('secrets '));
    }),
  },
  {
    id: 'bundle-residue-emptied',
    gap: 'D15 against the kinds that every cluster has',
    rigged: 'the residue scan looked at nothing, and D15 says pass',
    refused: /D15 .* gives not-checked: the scan has no look at configmaps, .*, services on the mother/,
    rig: file('scans.json', ({ residue }) => {
      residue.looked = [];
    }),
  },
  {
    id: 'bundle-fingerprints-emptied',
    gap: 'D16 against the objects that a fingerprint must have',
    rigged: 'no fingerprint has an object, and D16 says pass',
    refused: /D16 .* gives not-checked: a fingerprint has no object of the protected set/,
    rig: fingerprints((one) => {
      one.objects = [];
    }),
  },
  {
    id: 'bundle-page-not-read',
    gap: 'D16 against the pages that a fingerprint must have',
    rigged: 'no fingerprint has the page of a demo, and D16 says pass',
    refused: /D16 .* gives not-checked: a fingerprint has no page https:/,
    rig: fingerprints((one) => {
      one.pages = one.pages.slice(1);
    }),
  },
  {
    id: 'bundle-scan-gone',
    gap: 'a scan that is not in the bundle',
    rigged: 'the residue scan was taken out, and D15 says pass',
    refused: /D15 is stated to pass, and it has no raw data of it/,
    rig: file('scans.json', (scans) => {
      delete scans.residue;
    }),
  },
  {
    id: 'bundle-changed-demo',
    gap: 'D16 against the fingerprints',
    rigged: 'a demo differs between the fingerprints, and D16 says pass',
    refused: /D16 is stated as pass, but its raw data gives fail: Deployment sme\/shop hash: h → changed/,
    rig: all(
      file('protected.json', ({ after }) => {
        after.objects[0].hash = 'changed';
      }),
      (world) => {
        const { after } = JSON.parse(world.files['protected.json']!);
        edit(world, 'handover.json', ({ fingerprints }) => {
          fingerprints.after = hashOf(after);
        });
      },
    ),
  },
  {
    id: 'bundle-strange-fingerprints',
    gap: 'the fingerprints of the handover record',
    rigged: 'both fingerprints are those of another mother',
    refused: /the fingerprints in its handover record are not those of the protected set/,
    rig: file('protected.json', ({ before, after }) => {
      before.objects[0].name = 'other';
      after.objects[0].name = 'other';
    }),
  },
  {
    id: 'bundle-redirect-missing',
    gap: 'D18 against the pages that were seen',
    rigged: 'an old address answered 404, and D18 says pass',
    refused: /D18 .* gives fail: \/sovereign\/0123456789abcdef answers 404/,
    rig: evidence('D18', ({ pages }) => {
      pages[0].status = 404;
    }),
  },
  {
    id: 'bundle-slow-step',
    gap: 'D19 against the journal',
    rigged: 'a step took longer than its estimate, and D19 says pass',
    refused: /D19 is stated as pass, but its raw data gives fail: #370 took 4m/,
    rig: journal((lines) => {
      const late = lines.findIndex((line) => line.includes('"proof"'));
      return lines.map((line, index) =>
        index < late ? line : line.replace('2026-11-22T10:00:00.000Z', '2026-11-22T10:04:00.000Z'),
      );
    }),
  },
  {
    id: 'bundle-own-estimates',
    gap: 'the estimates that the product ships',
    rigged: 'the estimates in the bundle are not those of the version that wrote it',
    refused: /its estimates are not those that catalyst\/0\.1\.0 ships/,
    rig: evidence('D19', ({ estimates }) => {
      estimates.steps['#370'].seconds = 9;
    }),
  },
  {
    id: 'bundle-orphan-today',
    gap: 'D20 against what there is today',
    rigged: 'a volume of the rehearsal is still there, and D20 says pass',
    refused: /D20 .* gives fail: of test\.omani\.works, which was wiped, there is now: volume pvc-1/,
    rig: evidence('D20', ({ today }) =>
      today.hetzner.push({ type: 'volume', id: 7, name: 'pvc-1', owner: 'test.omani.works' }),
    ),
  },
  {
    id: 'bundle-rehearsal-gone',
    gap: 'D20 against the evidence of the rehearsal',
    rigged: 'the journal of the rehearsal was cut, and D20 says pass',
    refused: /D20 .* gives fail: the evidence of a wipe is not valid: journal\.jsonl was changed/,
    rig: ({ files }) => {
      files['reprovision/journal.jsonl'] = files['reprovision/journal.jsonl']!.split('\n').slice(0, 3).join('\n');
    },
  },
  {
    id: 'bundle-console-empty',
    gap: 'D21 against what the console showed',
    rigged: 'the architecture view had no volume, and D21 says pass',
    refused: /D21 .* gives fail: its architecture view has no volume/,
    rig: evidence('D21', (seen) => {
      seen.volumes = [];
    }),
  },
  {
    id: 'bundle-console-foreign',
    gap: 'D21 against the volumes of the cluster',
    rigged: 'the architecture view shows a volume of another cluster, and D21 says pass',
    refused: /D21 .* gives fail: its architecture view shows mother\/records, which its cluster does not have/,
    rig: evidence('D21', (seen) => {
      seen.volumes.push('mother/records');
    }),
  },
  {
    id: 'bundle-console-page',
    gap: 'D21 against the page of the architecture view',
    rigged: 'the page of the architecture view is not the console, and D21 says pass',
    refused: /D21 .* gives fail: the page of its architecture view, .*, is not the console/,
    rig: evidence('D21', (seen) => {
      seen.page.files = [];
    }),
  },
  {
    id: 'bundle-block-without-bite',
    gap: 'D22 against what Pods reached',
    rigged: 'a Pod reached github.com during the block, and D22 says pass',
    refused: /D22 .* gives fail: invalid: a Pod still reaches github\.com/,
    rig: evidence('D22', ({ windows: [{ during }] }) => {
      during.hosts['github.com'].reached = true;
    }),
  },
  {
    id: 'bundle-sealed-after-start',
    gap: 'D23 against what OpenBao answered after the start',
    rigged: 'OpenBao stayed sealed after the black start, and D23 says pass',
    refused: /D23 .* gives fail: OpenBao stays sealed after the start/,
    rig: evidence('D23', ({ seal }) => {
      seal.sealed = true;
    }),
  },
  {
    id: 'bundle-never-off',
    gap: 'D23 against the power of the servers',
    rigged: 'a server ran on during the black start, and D23 says pass',
    refused: /D23 .* gives fail: invalid: server cp1 was running, not off/,
    rig: evidence('D23', ({ off }) => {
      off.servers.cp1 = 'running';
    }),
  },
  {
    id: 'bundle-start-left-out',
    gap: 'D23 left out where a lab takes it',
    rigged: 'a lab says that nobody asked for the black start, and D23 is left out',
    refused: /D23 is stated as left-out, but its raw data gives not-checked/,
    rig: item('D23', (line) => {
      (line.evidence as { asked: boolean }).asked = false;
      line.status = 'left-out';
    }),
  },
  {
    id: 'bundle-handover-frozen',
    gap: 'W4 against the handover record',
    rigged: 'the handover is FROZEN, and W4 says pass',
    refused: /W4 is stated as pass, but its raw data gives fail: the handover is FROZEN/,
    rig: file('handover.json', (record) => {
      record.state = 'FROZEN';
    }),
  },
  {
    id: 'bundle-old-credential',
    gap: 'W4 against the answers that old credentials got',
    rigged: "a kubeconfig of the mother's was accepted, and W4 says pass",
    refused: /W4 is stated as pass, but its raw data gives fail: .*kubeconfig/,
    rig: file('handover.json', ({ refusals }) => {
      refusals[0].answer = 'accepted';
    }),
  },
  {
    id: 'bundle-w-against-d',
    gap: 'a W-item against its D-item',
    rigged: 'D21 is not checked, and W9 says pass',
    refused: /W9 is stated as pass, but its raw data gives not-checked/,
    rig: all(
      item('D21', (line) => {
        line.status = 'not-checked';
        without(line);
      }),
      report((one) => {
        one.verdict = 'PARTIAL';
      }),
      statement((predicate) => {
        predicate.verdict = 'PARTIAL';
      }),
    ),
  },
  {
    id: 'bundle-unproven-step',
    gap: 'D19 and W1 against the journal',
    rigged: 'the journal does not prove #385, and 30 steps were timed and proven',
    refused: /D19 is stated as pass, but its raw data gives not-checked: #385 was not timed/,
    rig: all(
      journalWithout((line) => line.includes('"proof"') && line.includes('"#385"')),
      report((one) => {
        one.journalLines -= 1;
      }),
    ),
  },
  {
    id: 'bundle-other-reason',
    gap: 'a reason that was made up',
    rigged: 'D1 claims 48 Blueprints',
    refused: /the reason of D1 is not what its raw data gives: 24 Blueprints/,
    rig: item('D1', (line) => {
      line.reason = line.reason.replace('24', '48');
    }),
  },
];

const ofExperiment: Forged[] = [
  {
    id: 'bundle-no-experiment',
    gap: 'D17 without an experiment',
    rigged: 'the experiment was taken out, and D17 says pass',
    refused: /D17 is stated to pass, and it has no raw data of it/,
    rig: all(report(withoutExperiment), statement(withoutWindow)),
  },
  {
    id: 'bundle-cut-probes',
    gap: 'probes that were taken out',
    rigged: 'of the probes only the canary, the witnesses and the console are left',
    refused: /the kill experiment passed without a probe of api, gitea/,
    rig: judgedAgain((seen) => keepProbes(seen, /canary|witness|console$/)),
  },
  {
    id: 'bundle-cut-exercises',
    gap: 'exercises that were taken out',
    rigged: 'of the exercises one is left',
    refused: /the kill experiment passed without the exercises a push rolls out/,
    rig: judgedAgain((seen) => {
      seen.exercises.length = 1;
    }),
  },
  {
    id: 'bundle-altered-samples',
    gap: 'samples that do not give the result',
    rigged: 'a failed sample of the console was put in, and the experiment says passed',
    refused: /the result of the kill experiment does not follow from its samples/,
    rig: experiment(({ samples }) => {
      const late = ({ probe, t }: { probe: string; t: number }) => probe === 'console' && t > 9000;
      samples.find(late).ok = false;
    }),
  },
  {
    id: 'bundle-kill-without-trace',
    gap: 'an experiment that the journal does not know',
    rigged: 'the journal has no trace of the kill',
    refused: /its journal has no trace of the kill experiment/,
    rig: journalWithout((line) => line.includes('catalyst-api')),
  },
  {
    id: 'bundle-other-window',
    gap: 'the window of the statement',
    rigged: 'the statement claims a window of 300 s',
    refused: /the window in its statement is not that of the experiment/,
    rig: statement((predicate) => {
      predicate.windowMs = 300_000;
    }),
  },
  {
    id: 'bundle-old-experiment',
    gap: 'an experiment of another time',
    rigged: 'the experiment is from a week before',
    refused: /the kill experiment began at 2026-11-15T10:00:00\.000Z, which is outside of the verification/,
    rig: experiment((seen) => {
      seen.startedAt = '2026-11-15T10:00:00.000Z';
    }),
  },
];

const ofStatement: Forged[] = [
  {
    id: 'bundle-d1-alone',
    gap: 'complete with one item',
    rigged: 'D1 alone, and it claims to be complete',
    refused: /it has 1 of \d+ items and claims to be complete/,
    rig: all(
      report((one) => {
        one.items.length = 1;
      }),
      report(withoutExperiment),
      statement(withoutWindow),
    ),
  },
  {
    id: 'bundle-item-dropped',
    gap: 'complete with an item less',
    rigged: 'D20 was taken out',
    refused: /items and claims to be complete/,
    rig: report((one) => {
      one.items = one.items.filter(({ id }: ItemLine) => id !== 'D20');
    }),
  },
  {
    id: 'bundle-item-twice',
    gap: 'an item that is there twice',
    rigged: 'D1 stands in for D20',
    refused: /its checklist has D1 twice/,
    rig: report(({ items }) => {
      items[items.findIndex(({ id }: ItemLine) => id === 'D20')] = items[0];
    }),
  },
  {
    id: 'bundle-reordered',
    gap: 'items in another order',
    rigged: 'the items are in reverse order',
    refused: /its items are not in the order of the checklist/,
    rig: report(({ items }) => {
      items.reverse();
    }),
  },
  {
    id: 'bundle-renamed-item',
    gap: 'an item of another title',
    rigged: 'D17 is called something else',
    refused: /D17 is not "all is well"/,
    rig: item('D17', (line) => {
      Object.assign(line, { title: 'all is well' });
    }),
  },
  {
    id: 'bundle-other-world',
    gap: 'the world of the statement',
    rigged: 'the verdict of a lab claims to be real',
    refused: /the world in its report is not that of its statement/,
    rig: statement((predicate) => {
      Object.assign(predicate, real);
    }),
  },
  {
    id: 'bundle-real-by-all-but-journal',
    gap: 'the world of the journal',
    rigged: 'statement and report of a lab claim to be real; the journal is bound to the lab',
    refused: /the world in its journal is not that of its statement/,
    rig: all(
      statement((predicate) => {
        Object.assign(predicate, real);
      }),
      report((one) => Object.assign(one, real)),
      experiment((seen) => {
        seen.lab = false;
      }),
    ),
  },
  {
    id: 'bundle-other-fqdn',
    gap: 'the Sovereign of the statement',
    rigged: 'the statement is about another Sovereign',
    refused: /its statement is about other\.example, its dod\.json about omantel/,
    rig: statement((predicate) => {
      predicate.fqdn = 'other.example';
    }),
  },
  {
    id: 'bundle-other-spec',
    gap: 'the Sovereign of the spec',
    rigged: 'the spec is that of another FQDN',
    refused: /its spec\.json about other\.example/,
    rig: file('spec.json', ({ spec }) => {
      spec.fqdn = 'other.example';
    }),
  },
  {
    id: 'bundle-other-time',
    gap: 'the time of the statement',
    rigged: 'the statement is a year younger than the report',
    refused: /its statement and its report were finished at different times/,
    rig: statement((predicate) => {
      predicate.at = '2027-11-22T10:05:00.000Z';
    }),
  },
  {
    id: 'bundle-fresh-times',
    gap: 'a verdict that is younger than its items',
    rigged: 'report and statement were made a month younger, the items were not',
    refused: /D1 was taken at .*, which is outside of the verification/,
    rig: all(
      report((one) =>
        Object.assign(one, { startedAt: '2026-12-22T10:00:00.000Z', finishedAt: '2026-12-22T10:05:00.000Z' }),
      ),
      statement((predicate) => {
        predicate.at = '2026-12-22T10:05:00.000Z';
      }),
    ),
  },
  {
    id: 'bundle-empty-journal',
    gap: 'an empty journal',
    rigged: 'the journal has no line',
    refused: /its journal is empty/,
    rig: journal(() => []),
  },
  {
    id: 'bundle-other-run',
    gap: 'the journal of another run',
    rigged: 'the journal does not have the run that took the verdict',
    refused: /its journal does not contain run run-of-verdict/,
    rig: journalWithout((line) => line.includes('run-of-verdict')),
  },
  {
    id: 'bundle-other-plan',
    gap: 'the plan of the statement',
    rigged: 'the statement names another plan',
    refused: /the plan in its journal is not that of its statement/,
    rig: statement((predicate) => {
      predicate.planHash = 'another';
    }),
  },
  {
    id: 'bundle-verdict-flipped',
    gap: 'a verdict that the items do not give',
    rigged: 'W3 is not checked, and the verdict is PASS',
    refused: /W3 is stated as not-checked, but the items that answer it give pass/,
    rig: item('W3', (line) => {
      line.status = 'not-checked';
    }),
  },
  {
    id: 'bundle-worse-and-pass',
    gap: 'a verdict of PASS with an item that failed',
    rigged: 'D21 failed without evidence, W9 follows, and the verdict is PASS',
    refused: /its verdict is PASS, but its items give FAIL/,
    rig: all(
      item('D21', (line) => {
        line.status = 'fail';
        without(line);
      }),
      item('W9', (line) => {
        Object.assign(line, { status: 'fail', reason: 'follows from D21', follows: ['D21'] });
      }),
    ),
  },
  {
    id: 'bundle-other-page',
    gap: 'the page',
    rigged: 'the page for people says something else',
    refused: /its report\.html does not show what is in the bundle/,
    rig: page('24 Blueprints', '48 Blueprints'),
  },
  {
    id: 'bundle-page-of-other-version',
    gap: 'the data in the page of another version',
    rigged: 'another version wrote it, and the data embedded in its page is of another verdict',
    refused: /the data in its report\.html is not that of the bundle/,
    rig: all(byOtherVersion, page('24 Blueprints', '48 Blueprints')),
  },
  {
    id: 'bundle-higher-grade',
    gap: 'the grade against the scan and the windows',
    rigged: 'the report claims L3, and only the way to the mother was ever closed',
    refused: /its grade is stated as L3, but its raw data gives L1/,
    rig: claimsL3,
  },
  {
    id: 'bundle-higher-grade-of-other-version',
    gap: 'the grade of a bundle that another version wrote',
    rigged: 'the same, and the statement says that another version wrote it',
    refused: /its grade is stated as L3, but its raw data gives L1/,
    rig: all(byOtherVersion, claimsL3),
  },
  {
    id: 'bundle-without-a-file',
    gap: 'a file that is not there',
    rigged: 'the fingerprints were left out',
    refused: /it has no protected\.json/,
    rig: ({ files }) => {
      delete files['protected.json'];
    },
  },
];

// biome-ignore lint/suspicious/noExplicitAny: a forger knows no types
function judgedAgain(change: (seen: any) => void): Forgery {
  return experiment((seen) => {
    change(seen);
    const names = Object.keys(seen.probeClasses);
    seen.probes = seen.probes.filter(({ name }: { name: string }) => names.includes(name));
  });
}

// biome-ignore lint/suspicious/noExplicitAny: a forger knows no types
function keepProbes(seen: any, kept: RegExp): void {
  for (const name of Object.keys(seen.probeClasses)) if (!kept.test(name)) delete seen.probeClasses[name];
  seen.samples = seen.samples.filter(({ probe }: { probe: string }) => kept.test(probe));
}

const rows = [...itemsAgainstRaw, ...ofExperiment, ...ofStatement];

export const worlds: readonly RiggedWorld[] = worldsOn(
  onBundles,
  rows.map(({ refused, ...row }) => ({ ...row, item: 'bundle', expected: fail(refused) })),
);
