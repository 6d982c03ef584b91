/** How a lab marks what it serves, so that nobody has to guess from an address whether something is a lab. */
export interface LabMark {
  /** Random, made with the lab's directory. */
  id: string;
  name: string;
}

/** On both clusters; its `data` is a LabMark. */
export const labConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'kube-system',
  name: 'catalyst-lab',
} as const;

/** Header of every response of the emulated Hetzner API. */
export const labHeader = 'x-catalyst-lab';

/** Value of `labHeader`. */
export function labHeaderOf({ id, name }: LabMark): string {
  return `${id} ${name}`;
}

/** The mark in response headers (lower-case names), or undefined. */
export function labMarkIn(headers: Readonly<Record<string, string>>): LabMark | undefined {
  const [id, name] = (headers[labHeader] ?? '').split(' ');
  return id ? { id, name: name || 'unnamed' } : undefined;
}
