/** D14–D18: umbilical, residue, protected set, the kill, the redirect. */
import {
  type PageSample,
  redirectProblems,
  samplePages,
  sampleRedirect,
  targetOf,
} from '../../../handover/mother/redirect.js';
import { type RedirectRoutes, redirectRoutes } from '../../../handover/mother/redirect-routes.js';
import { residueOf } from '../../../handover/mother/residue.js';
import { compareFingerprints, type DeclaredEffect } from '../../../mother/fingerprint/compare.js';
import { deadPages, type Fingerprint, takeFingerprint } from '../../../mother/fingerprint/fingerprint.js';
import { differencesText } from '../../../mother/fingerprint/protected-before.js';
import { gradeText, possibleGrade } from '../../../scans/grade.js';
import { isClean, openFindings, type ScanResult, scanSummary } from '../../../scans/scan.js';
import { motherAuthorities, notInALab, scanUmbilical, unreadOnReal } from '../../../scans/umbilical.js';
import type { Sovereign } from '../../../sovereign/spec/schema.js';
import { nodeReader } from '../../../walk/probes/node-files.js';
import { flowPlaces, unfollowed } from '../../experiment/flows/flows.js';
import { type Answer, failed, notChecked, passed } from '../item.js';
import type { Scope } from '../scope.js';

export async function umbilicalClean(scope: Scope): Promise<Answer> {
  scope.umbilical = await takeUmbilical(scope);
  return judgeUmbilical(scope.umbilical);
}

/** The umbilical scan as it is now; where nodes have files, with a short Job on each, and with what they did while catalyst-api was stopped. */
export function takeUmbilical({ world, context, record, experiment, options }: Scope): Promise<ScanResult> {
  const handedOver = record?.pointOfNoReturnAt ? { handedOverAt: new Date(record.pointOfNoReturnAt) } : {};
  if (options.lab) return scanUmbilical(world, { ...handedOver, absent: notInALab });
  const why = unfollowed(experiment);
  return scanUmbilical(world, {
    ...handedOver,
    nodes: nodeReader(world, context),
    ...(why === undefined
      ? { connections: (addresses: readonly string[]) => flowPlaces(experiment!, addresses) }
      : { absent: unreadOnReal(why) }),
  });
}

/** The scans themselves are in scans.json of the evidence. */
export function judgeUmbilical(scan: ScanResult): Answer {
  const possible = possibleGrade(scan);
  const told = `${scanSummary(scan)}; grade left possible: ${gradeText(possible)}`;
  const evidence = { ...scan, possible };
  if (isClean(scan)) return passed(told, evidence);
  const unseen = scan.looked.filter(({ ok }) => !ok);
  // what only the mother can tell is missing with her; it is nothing of the Sovereign's
  const onlyHers = openFindings(scan).length === 0 && unseen.every(({ place }) => place === motherAuthorities);
  return onlyHers ? notChecked(told, evidence) : failed(told, evidence);
}

export function judgeResidue(scan: ScanResult): Answer {
  return (isClean(scan) ? passed : failed)(scanSummary(scan));
}

export async function residueZero(scope: Scope): Promise<Answer> {
  const { world, context, record } = scope;
  scope.residue = await residueOf(world, context, record ?? { ids: [] });
  return judgeResidue(scope.residue);
}

export async function protectedUnchanged(scope: Scope): Promise<Answer> {
  const { world, before, effects } = scope;
  const now = await takeFingerprint(world, { against: before });
  scope.after = now;
  return judgeProtected({ before, now, effects, sovereign: world.sovereign });
}

/** Both fingerprints are in protected.json of the evidence, what was declared in its journal. */
export function judgeProtected({ before, now, effects, sovereign }: ProtectedSet): Answer {
  const dead = deadPages(now, sovereign);
  if (dead.length > 0) return failed(dead.map((page) => `${page.url} answers ${page.status || page.error}`).join('; '));
  if (!before) return notChecked('no fingerprint was taken before the first change on the mother', now);
  const differences = compareFingerprints(before, now, effects);
  if (differences.length > 0) {
    const told = differences.slice(0, 5).map((one) => `${one.what}: ${one.before} → ${one.after}`);
    return failed(told.join('; '), { differences });
  }
  return passed(
    `${now.objects.length} objects and ${now.pages.length} pages as they were at ${before.at}; all pages answer${acceptedText(before)}`,
    { before: before.at, now: now.at, ...(before.accepted ? { accepted: before.accepted } : {}) },
  );
}

interface ProtectedSet {
  before?: Fingerprint;
  now: Fingerprint;
  effects: readonly DeclaredEffect[];
  sovereign: Sovereign;
}

const acceptedText = ({ accepted = [] }: Fingerprint) =>
  accepted
    .map(
      ({ at, by, since, differences }) => `; ${differencesText(differences)} since ${since} accepted by ${by} at ${at}`,
    )
    .join('');

export async function killSurvived({ experiment }: Pick<Scope, 'experiment'>): Promise<Answer> {
  if (!experiment) return notChecked('the kill experiment was not run');
  const { window, control, exercises, probes, problems } = experiment;
  if (!experiment.valid) return failed(`invalid: ${problems.join('; ')}`);
  const served = probes.filter(({ class: cls }) => cls === 'sovereign' || cls === 'protected');
  const hurt = served.filter(({ failures: count }) => count > 0);
  const named = hurt.slice(0, 4).map((probe) => `${probe.name} ${probe.failures}/${probe.samples}`);
  const more = hurt.length > named.length ? ', …' : '';
  const head = `${hurt.length} of ${served.length} probes failed in the window (${named.join(', ')}${more})`;
  if (!experiment.passed) return failed([...(hurt.length > 0 ? [head] : []), ...problems].join('; '));
  const samples = served.reduce((sum, probe) => sum + probe.samples, 0);
  const longest = Math.max(0, ...served.map((probe) => probe.longestOutageMs));
  const outage =
    window.maxOutageMs > 0 ? `no outage longer than ${window.maxOutageMs} ms (longest ${longest} ms)` : 'no outage';
  const notObserved = served.reduce((sum, probe) => sum + probe.notObserved, 0);
  const unseen = notObserved > 0 ? ` (${notObserved} not observed: a witness was late too)` : '';
  return passed(
    `catalyst-api was dead for ${Math.round(control.redMs / 1000)} s (asked for ${window.requestedMs / 1000} s), as the mother's own objects show; ${outage} in ${samples} samples${unseen}; ${exercises.length} exercises passed`,
  );
}

/** What D18 observed: the old addresses of this Sovereign's ids, other paths of the shared host, and every route. */
export interface RedirectSeen {
  target: string;
  pages: readonly PageSample[];
  others: readonly PageSample[];
  /** Read where the pages are right. */
  routes?: RedirectRoutes;
}

export async function redirectWorks({ world, record }: Scope): Promise<Answer> {
  const unasked = withoutOldAddress(record);
  if (unasked) return unasked;
  const [pages, others] = await Promise.all([sampleRedirect(world, record!.ids), samplePages(world)]);
  const seen: RedirectSeen = { target: targetOf(world), pages, others };
  const first = judgeRedirect(seen, record);
  if (first.status === 'fail') return { ...first, evidence: seen };
  seen.routes = await redirectRoutes(world, await world.mother(), record!.ids);
  return { ...judgeRedirect(seen, record), evidence: seen };
}

function withoutOldAddress(record: Scope['record']): Answer | undefined {
  if (!record) return failed('no handover has taken place');
  if (record.ids.length > 0) return undefined;
  return notChecked('the mother held no record of this Sovereign: there is no old address');
}

/** Pure. */
export function judgeRedirect({ target, pages, others, routes }: RedirectSeen, record: Scope['record']): Answer {
  const unasked = withoutOldAddress(record);
  if (unasked) return unasked;
  const ids = record!.ids;
  const problems = redirectProblems(pages, { ids, target });
  if (problems.length > 0) return failed(problems.join('; '));
  const isCaught = ({ location }: { location?: string }) => location?.startsWith(target) === true;
  const caught = others.filter(isCaught);
  if (caught.length > 0) return failed(`${caught.map((page) => page.path).join(', ')} is redirected too`);
  if (!routes) return notChecked('the routes on the mother were not read');
  const wrong = [...routes.problems, ...routes.pages.filter(isCaught).map(({ url }) => `${url} is redirected too`)];
  if (wrong.length > 0) return failed(wrong.join('; '));
  return passed(
    `${ids.length} ids answer 301 to ${target} with path and query; of ${routes.objects} routes and middlewares no other leads there; ${others.length + routes.pages.length} other pages are not touched`,
  );
}
