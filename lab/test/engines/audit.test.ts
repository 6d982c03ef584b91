/** What a real API server's audit events become in the request log: when, by whom and of which object. */
import { describe, expect, test } from 'vitest';
import { auditReceiver } from '../../src/engines/audit.js';
import type { LabRequest } from '../../src/requests/http-server.js';
import { createRequestLog, type LoggedLine } from '../../src/requests/request-log.js';

const event = {
  verb: 'create',
  requestURI: '/api/v1/namespaces/valkey/secrets',
  userAgent: 'catalyst/0.1.0',
  user: { username: 'system:admin' },
  requestReceivedTimestamp: '2026-11-29T20:00:00.123456Z',
  responseStatus: { code: 201 },
  objectRef: { resource: 'secrets', namespace: 'valkey', name: 'valkey-auth' },
};

function logged(...items: object[]): LoggedLine[] {
  const lines: LoggedLine[] = [];
  const log = createRequestLog();
  log.listen((line) => lines.push(line));
  const request = { body: Buffer.from(JSON.stringify({ items })) } as LabRequest;
  void auditReceiver('kubernetes/sovereign', log)(request);
  return lines;
}

describe('an audit event', () => {
  test('is logged for the moment of its request, with who asked', () => {
    expect(logged(event)).toEqual([
      {
        at: '2026-11-29T20:00:00.123456Z',
        server: 'kubernetes/sovereign',
        method: 'POST',
        path: '/api/v1/namespaces/valkey/secrets',
        userAgent: 'catalyst/0.1.0',
        user: 'system:admin',
        status: 201,
        mutating: true,
        object: 'secrets valkey/valkey-auth',
      },
    ]);
  });

  test('names a namespace once', () => {
    const objectRef = { resource: 'namespaces', namespace: 'valkey', name: 'valkey' };
    expect(logged({ ...event, verb: 'patch', objectRef })[0]).toMatchObject({ object: 'namespaces valkey' });
  });

  test.each([
    ['a read', { verb: 'get' }],
    ['a dry-run', { requestURI: `${event.requestURI}?dryRun=All` }],
    ['a review', { objectRef: { resource: 'selfsubjectaccessreviews', apiGroup: 'authorization.k8s.io' } }],
  ])('of %s is no change', (_what, more) => {
    expect(logged({ ...event, ...more })[0]?.mutating).toBe(false);
  });
});
