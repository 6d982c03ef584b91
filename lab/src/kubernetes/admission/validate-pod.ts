/** Rules of a Pod's spec, for Pods and the templates of workloads. */

import { problemsOf } from '../kinds/names.js';
import type { StatusCause } from '../requests/status.js';
import { duplicate, invalidValue, required, unsupported } from './causes.js';

// biome-ignore lint/suspicious/noExplicitAny: a Pod spec as it came
type Part = any;

/** @param at path of the spec */
export function podCauses(spec: Part, at: string): StatusCause[] {
  const volumes = (spec?.volumes ?? []) as Part[];
  const names = new Set<string>();
  const causes = volumes.flatMap((volume, index) => {
    const seen = names.has(volume.name);
    names.add(volume.name);
    return seen ? [duplicate(`${at}.volumes[${index}].name`, volume.name)] : [];
  });
  if (!Array.isArray(spec?.containers) || spec.containers.length === 0) causes.push(required(`${at}.containers`));
  const used = new Set<string>();
  for (const list of ['containers', 'initContainers']) {
    for (const [index, container] of ((spec?.[list] ?? []) as Part[]).entries()) {
      const here = `${at}.${list}[${index}]`;
      causes.push(...containerCauses(container, here, names));
      if (container.name && used.has(container.name)) causes.push(duplicate(`${here}.name`, container.name));
      used.add(container.name);
    }
  }
  return causes;
}

function containerCauses(container: Part, at: string, volumes: ReadonlySet<string>): StatusCause[] {
  const causes: StatusCause[] = [];
  if (!container.name) causes.push(required(`${at}.name`));
  else
    for (const why of problemsOf('label', container.name)) causes.push(invalidValue(`${at}.name`, container.name, why));
  if (!container.image) causes.push(required(`${at}.image`));
  for (const [index, port] of ((container.ports ?? []) as Part[]).entries()) {
    if (!port.containerPort) causes.push(required(`${at}.ports[${index}].containerPort`));
    else if (port.containerPort < 1 || port.containerPort > 65_535) {
      causes.push(
        invalidValue(
          `${at}.ports[${index}].containerPort`,
          port.containerPort,
          'must be between 1 and 65535, inclusive',
        ),
      );
    }
  }
  for (const [index, env] of ((container.env ?? []) as Part[]).entries()) {
    if (!env.name) causes.push(required(`${at}.env[${index}].name`));
    if (env.valueFrom && env.value) {
      causes.push(invalidValue(`${at}.env[${index}].valueFrom`, '', 'may not be specified when `value` is not empty'));
    }
  }
  const paths = new Set<string>();
  for (const [index, mount] of ((container.volumeMounts ?? []) as Part[]).entries()) {
    const here = `${at}.volumeMounts[${index}]`;
    if (!volumes.has(mount.name))
      causes.push({ reason: 'FieldValueNotFound', field: `${here}.name`, message: `Not found: "${mount.name}"` });
    if (!mount.mountPath) causes.push(required(`${here}.mountPath`));
    else if (paths.has(mount.mountPath))
      causes.push(invalidValue(`${here}.mountPath`, mount.mountPath, 'must be unique'));
    paths.add(mount.mountPath);
  }
  return causes;
}

/** @param allowed in the order in which the server names them */
export function restartCauses(spec: Part, at: string, allowed: readonly string[]): StatusCause[] {
  const policy = spec?.restartPolicy;
  if (policy === undefined || allowed.includes(policy)) return [];
  const field = `${at}.restartPolicy`;
  if (allowed.length === 1) return [unsupported(field, policy, allowed)];
  return [required(field, `valid values: ${allowed.map((one) => `"${one}"`).join(', ')}`)];
}
