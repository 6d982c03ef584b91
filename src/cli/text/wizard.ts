import type { WizardResult } from '../../actions/wizard.js';

/** The end of the walk: verdict, report, what to type next. */
export function wizardText(result: WizardResult): string {
  const { sovereign, verdict, report, bundle, mutations, until, proven } = result;
  if (mutations) return mutations.map(({ step, sentence }) => `${step}: would ${sentence}`).join('\n');
  const lines = [
    verdict === undefined
      ? `${sovereign}: phases 0 to ${until} done, ${proven.length} steps proven`
      : `${sovereign}: DoD verdict ${verdict}`,
  ];
  if (report) lines.push(`report  ${report}`);
  if (bundle) lines.push(`bundle  ${bundle}`);
  lines.push(`next    catalyst ${until < 8 ? 'resume' : 'status'}`);
  return lines.join('\n');
}
