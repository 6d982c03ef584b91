/** D14–D18: umbilical, residue, protected set, the kill, the redirect. */
import { checkRedirect, samplePages, targetOf } from '../../../handover/mother/redirect.js';
import { residueOf } from '../../../handover/mother/residue.js';
import { compareFingerprints } from '../../../mother/fingerprint/compare.js';
import { deadPages, type Fingerprint, takeFingerprint } from '../../../mother/fingerprint/fingerprint.js';
import { differencesText } from '../../../mother/fingerprint/protected-before.js';
import { isClean, scanSummary } from '../../../scans/scan.js';
import { scanUmbilical } from '../../../scans/umbilical.js';
import { type Answer, failed, notChecked, passed } from '../item.js';
import type { Scope } from '../scope.js';

export async function umbilicalClean(scope: Scope): Promise<Answer> {
  scope.umbilical = await scanUmbilical(scope.world);
  const summary = scanSummary(scope.umbilical);
  return isClean(scope.umbilical) ? passed(summary, scope.umbilical) : failed(summary, scope.umbilical);
}

export async function residueZero(scope: Scope): Promise<Answer> {
  const { world, context, record } = scope;
  scope.residue = await residueOf(world, context, record ?? { ids: [] });
  const summary = scanSummary(scope.residue);
  return isClean(scope.residue) ? passed(summary, scope.residue) : failed(summary, scope.residue);
}

export async function protectedUnchanged({ world, before, effects }: Scope): Promise<Answer> {
  const now = await takeFingerprint(world, { against: before });
  const dead = deadPages(now, world.sovereign);
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

const acceptedText = ({ accepted = [] }: Fingerprint) =>
  accepted
    .map(
      ({ at, by, since, differences }) => `; ${differencesText(differences)} since ${since} accepted by ${by} at ${at}`,
    )
    .join('');

export async function killSurvived({ experiment }: Scope): Promise<Answer> {
  if (!experiment) return notChecked('the kill experiment was not run');
  const { window, control, exercises, probes, problems } = experiment;
  if (!experiment.valid) return failed(`invalid: ${problems.join('; ')}`);
  if (!experiment.passed) return failed(problems.join('; '));
  const samples = probes.reduce((sum, probe) => sum + probe.samples, 0);
  return passed(
    `catalyst-api was dead for ${Math.round(control.redMs / 1000)} s (asked for ${window.requestedMs / 1000} s); ${samples} samples without a failure but the canary's, ${exercises.length} exercises passed`,
  );
}

export async function redirectWorks({ world, record }: Scope): Promise<Answer> {
  if (!record) return failed('no handover has taken place');
  if (record.ids.length === 0)
    return notChecked('the mother held no record of this Sovereign: there is no old address');
  const problems = await checkRedirect(world, record.ids);
  if (problems.length > 0) return failed(problems.join('; '));
  const others = await samplePages(world);
  const caught = others.filter((page) => page.location === targetOf(world));
  if (caught.length > 0) return failed(`${caught.map((page) => page.path).join(', ')} is redirected too`);
  return passed(
    `${record.ids.length} ids answer 301 to ${targetOf(world)}; ${others.length} other paths are not touched`,
  );
}
