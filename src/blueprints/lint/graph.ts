/** Rules about order: every name resolves, nothing waits in a circle, no CR comes before its CRD. */
import type { Blueprint } from '../catalog/blueprint.js';
import type { Finding } from './finding.js';
import { type Linted, nameOf, type Placed } from './placed.js';

export function lintGraph(linted: Linted): Finding[] {
  return [...references(linted), ...cycles(linted), ...crdGates(linted)];
}

function references({ placed }: Linted): Finding[] {
  const there = new Set(placed.map(({ object }) => nameOf(object)));
  return placed.flatMap(({ blueprint, file, object }) => {
    const wanted: { path: string; name: string }[] = [];
    const namespace = object.metadata.namespace;
    if (object.kind === 'HelmRelease') {
      const ref = object.spec.chart.spec.sourceRef;
      wanted.push({ path: 'spec.chart.spec.sourceRef', name: `${ref.kind} ${ref.namespace ?? namespace}/${ref.name}` });
    }
    if (object.kind === 'HelmRelease' || object.kind === 'Kustomization') {
      for (const need of (object.spec.dependsOn ?? []) as { name: string; namespace?: string }[]) {
        const name = `${object.kind} ${need.namespace ?? namespace}/${need.name}`;
        wanted.push({ path: 'spec.dependsOn', name });
      }
    }
    return wanted
      .filter(({ name }) => !there.has(name))
      .map(({ path, name }) => ({
        blueprint,
        rule: 'reference',
        severity: 'error' as const,
        path: `${file}: ${path}`,
        message: `${nameOf(object)} names ${name}, which is not in the tree`,
        remedy: 'Correct the name, or add the object',
      }));
  });
}

function cycles({ blueprints }: Linted): Finding[] {
  const byId = new Map(
    blueprints.flatMap((one) => [[one.name as string, one] as const, [one.ticket ?? '', one] as const]),
  );
  const found: Finding[] = [];
  const done = new Set<Blueprint>();
  const visit = (blueprint: Blueprint, path: readonly Blueprint[]): void => {
    const at = path.indexOf(blueprint);
    if (at >= 0) {
      const circle = [...path.slice(at), blueprint].map((one) => one.name).join(' → ');
      found.push({
        blueprint: blueprint.name,
        rule: 'cycle',
        severity: 'error',
        path: `${blueprint.name}/blueprint.yaml: dependsOn`,
        message: `Dependency cycle: ${circle}`,
        remedy: 'Remove one dependency',
      });
      return;
    }
    if (done.has(blueprint)) return;
    for (const id of blueprint.dependsOn) {
      const need = byId.get(id);
      if (need) visit(need, [...path, blueprint]);
    }
    done.add(blueprint);
  };
  for (const blueprint of blueprints) visit(blueprint, []);
  return found;
}

/** CRDs that are there when a folder is applied: those of everything it depends on, and for glue its own. */
function crdGates({ blueprints, placed }: Linted): Finding[] {
  const byName = new Map(blueprints.map((one) => [one.name as string, one]));
  return placed.flatMap((one) => {
    const blueprint = byName.get(one.blueprint);
    if (!blueprint) return [];
    const owner = ownerOf(one, blueprints);
    if (!owner || (one.glue && owner === blueprint) || comesBefore(owner, blueprint, blueprints)) return [];
    return [
      {
        blueprint: one.blueprint,
        rule: 'crd-gate',
        severity: 'error' as const,
        path: one.file,
        message: `${nameOf(one.object)} is of a kind that ${owner.name} installs, which does not come before it`,
        remedy: owner === blueprint ? 'Move it to config/' : `Add ${owner.ticket ?? owner.name} to dependsOn`,
      },
    ];
  });
}

function ownerOf({ object }: Placed, blueprints: readonly Blueprint[]): Blueprint | undefined {
  const group = object.apiVersion.split('/')[0] as string;
  // Flux is seeded before anything is applied
  if (!object.apiVersion.includes('/') || group.endsWith('toolkit.fluxcd.io')) return undefined;
  return blueprints.find((blueprint) =>
    [...blueprint.crdShapes, ...blueprint.releases.flatMap((release) => release.crdShapes)].some(
      (crd) => crd.kind === object.kind && crd.name.endsWith(`.${group}`),
    ),
  );
}

function comesBefore(first: Blueprint, second: Blueprint, blueprints: readonly Blueprint[]): boolean {
  const seen = new Set<Blueprint>();
  const waits = (one: Blueprint): boolean => {
    if (seen.has(one)) return false;
    seen.add(one);
    return blueprints.some(
      (need) => one.dependsOn.some((id) => id === need.name || id === need.ticket) && (need === first || waits(need)),
    );
  };
  // phases gate each other, so an earlier phase is before as well
  return waits(second) || first.phase < second.phase;
}
