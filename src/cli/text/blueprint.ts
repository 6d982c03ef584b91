import type { DiffRow } from '../../actions/blueprint/diff.js';
import type { LintResult } from '../../actions/blueprint/lint.js';
import type { BlueprintDetails } from '../../actions/blueprint/show.js';
import type { DryRunRow } from '../../blueprints/lint/server-dry-run.js';
import { singlePointsText } from '../../kubernetes/single-points.js';
import { toYaml } from '../../support/yaml/write-yaml.js';

export function blueprintText(details: BlueprintDetails): string {
  const list = (items: readonly string[]) => (items.length > 0 ? items.join(', ') : 'none');
  const { chart } = details;
  const head = [
    `${details.name}  ${details.title}: ${details.role}`,
    `phase ${details.phase}${details.ticket ? `, ticket ${details.ticket}` : ''}`,
    `chart       ${chart.name} ${chart.version} from ${chart.source}`,
    `release     ${details.namespace}/${details.releaseName}`,
    `depends on  ${list(details.dependsOn)}`,
    `needed by   ${list(details.neededBy)}`,
    ...(details.startsAfter ? [`starts after ${list(details.startsAfter)}`] : []),
    `workloads   ${list(details.workloads.map((one) => `${one.kind} ${one.namespace}/${one.name}`))}`,
    `CRDs        ${list(details.crds)}`,
    `needs CRDs  ${list(details.needsCrds)}`,
    `Secrets     ${list(details.secrets.map((one) => `${one.namespace}/${one.name} (by ${one.maker})`))}`,
    `hosts       ${list(details.hosts)}`,
    `egress      ${list(details.egress)}`,
    ...(details.single ? [`single      ${singleText(details.single)}`] : []),
    `proof       ${details.proof}`,
  ];
  const values = (details.releases ?? []).map(
    (release) =>
      `\nvalues of ${release.name} (${release.chart.name} ${release.chart.version}):\n${toYaml(release.values)}`,
  );
  return [...head, ...values].join('\n').trimEnd();
}

function singleText({ points, missing }: NonNullable<BlueprintDetails['single']>): string {
  const named = singlePointsText(points) || 'none';
  return missing.length > 0 ? `${named}; not counted without --live or --charts: ${missing.join(', ')}` : named;
}

export function lintText({ findings, charts, unpinned, server }: LintResult, blueprints: number): string {
  const lines = findings.map(
    (one) => `${one.severity}  ${one.blueprint}  ${one.rule}\n  ${one.path}\n  ${one.message}. ${one.remedy}.`,
  );
  const looked = charts.map(
    (one) => `rendered  ${one.chart} ${one.version}: ${one.keys} keys, ${one.images.length} images`,
  );
  const pins = unpinned.map(
    (one) => `no pin    ${one.chart} ${one.version}: ${one.recorded ?? 'its digest is recorded at the first pull'}`,
  );
  const scope = `${blueprints} Blueprints, ${charts.length === 0 ? 'their charts not rendered (--charts DIR or --live does)' : `${charts.length} charts rendered`}`;
  const verdict = `${findings.length === 0 ? 'No' : findings.length} findings in ${scope}.`;
  return [...looked, ...pins, ...lines, ...(server ? [serverText(server)] : []), verdict].join('\n');
}

function serverText(rows: readonly DryRunRow[]): string {
  const count = (state: DryRunRow['state']) => rows.filter((row) => row.state === state).length;
  const told: [DryRunRow['state'], string][] = [
    ['accepted', 'accepted'],
    ['accepted-elsewhere', 'accepted in namespace default, because their own does not exist'],
    ['no-kind', 'of kinds that the server does not serve'],
    ['protected', 'not sent: protected'],
    ['refused', 'refused'],
  ];
  const parts = told.filter(([state]) => count(state) > 0).map(([state, words]) => `${count(state)} ${words}`);
  return `server dry-run of ${rows.length} objects: ${parts.join('; ')}. Nothing was stored.`;
}

export function diffText(rows: readonly DiffRow[]): string {
  const show = (value: unknown) => (value === undefined ? 'absent' : JSON.stringify(value));
  const lines = rows
    .filter((row) => row.state !== 'same')
    .flatMap((row) => [
      `${row.state}  ${row.blueprint}  ${row.object}`,
      ...row.drift.map((one) => `  ${one.path}: ${show(one.live)} instead of ${show(one.wanted)}`),
    ]);
  const same = rows.filter((row) => row.state === 'same').length;
  return [...lines, `${same} of ${rows.length} objects match the tree.`].join('\n');
}
