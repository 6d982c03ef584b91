/** The query parameters and DeleteOptions that every write may carry, and their refusal. */
import type { LabRequest } from '../../requests/http-server.js';
import type { Propagation } from '../objects/deletion.js';
import { readBody } from './body.js';
import type { User, WriteCall } from './caller.js';
import type { Preconditions } from './preconditions.js';
import type { ResourcePath } from './request-path.js';
import { invalid, type StatusCause } from './status.js';

interface DeleteOptions {
  propagationPolicy?: Propagation;
  orphanDependents?: boolean;
  preconditions?: Preconditions;
  dryRun?: string[];
}

const optionsOf: Record<string, string> = { POST: 'CreateOptions', PUT: 'UpdateOptions', PATCH: 'PatchOptions' };
const unsupported = (field: string, value: unknown, supported: readonly string[]): StatusCause => ({
  reason: 'FieldValueNotSupported',
  field,
  message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported.map((one) => JSON.stringify(one)).join(', ')}`,
});
const dryRunCauses = (values: readonly string[]) =>
  values.some((value) => value !== 'All') ? [unsupported('dryRun', values, ['All'])] : [];

function refuse(kind: string, causes: StatusCause[]): void {
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', plural: '', kind }, '', causes);
}

export function callOf(path: ResourcePath, { method, query, headers }: LabRequest, user: User): WriteCall {
  const agent = String(headers['user-agent'] ?? 'unknown').split('/')[0]!;
  const dryRun = query.getAll('dryRun');
  const unknownFields = query.get('fieldValidation') || 'Warn';
  const ways = ['Ignore', 'Strict', 'Warn'];
  if (method in optionsOf) {
    const causes = dryRunCauses(dryRun);
    if (!ways.includes(unknownFields)) causes.push(unsupported('fieldValidation', unknownFields, ['', ...ways]));
    refuse(optionsOf[method]!, causes);
  }
  return {
    user,
    dryRun: dryRun.includes('All'),
    manager: query.get('fieldManager') || agent,
    subresource: path.subresource,
    unknownFields: unknownFields as WriteCall['unknownFields'],
    warnings: [],
  };
}

const propagations = ['Foreground', 'Background', 'Orphan'];

export function deleteOptionsOf(path: ResourcePath, request: LabRequest, call: WriteCall) {
  const options = (readBody(request) ?? {}) as DeleteOptions;
  const asked = options.propagationPolicy ?? (request.query.get('propagationPolicy') as Propagation | null);
  const dryRun = [...request.query.getAll('dryRun'), ...(options.dryRun ?? [])];
  refuse('DeleteOptions', [
    ...(asked && !propagations.includes(asked)
      ? [unsupported('propagationPolicy', asked, [...propagations, 'nil'])]
      : []),
    ...dryRunCauses(dryRun),
  ]);
  // Jobs alone leave their Pods behind when nothing is asked, for the sake of old callers.
  const usual =
    options.orphanDependents || (path.kind.kind === 'Job' && path.kind.group === 'batch') ? 'Orphan' : 'Background';
  return {
    options: { propagation: asked ?? (usual as Propagation), preconditions: options.preconditions },
    call: { ...call, dryRun: dryRun.includes('All') },
  };
}
