import type { BlueprintDetails } from '../actions/blueprint-show.js';
import { toYaml } from '../support/yaml.js';

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
    `workloads   ${list(details.workloads.map((one) => `${one.kind} ${one.namespace}/${one.name}`))}`,
    `CRDs        ${list(details.crds)}`,
    `needs CRDs  ${list(details.needsCrds)}`,
    `Secrets     ${list(details.secrets.map((one) => `${one.namespace}/${one.name} (by ${one.maker})`))}`,
    `hosts       ${list(details.hosts)}`,
    `egress      ${list(details.egress)}`,
    `proof       ${details.proof}`,
  ];
  const values = (details.releases ?? []).map(
    (release) =>
      `\nvalues of ${release.name} (${release.chart.name} ${release.chart.version}):\n${toYaml(release.values)}`,
  );
  return [...head, ...values].join('\n').trimEnd();
}
