import { expect, it } from 'vitest';
import { onLoopback } from '../../src/engines/programs/real-traefik.js';

const ports = new Map([
  ['web', 15_001],
  ['websecure', 15_002],
]);

it('keeps what the chart gave, but for where it listens and its dashboard', () => {
  const given = [
    '--ping=true',
    '--api.dashboard=true',
    '--entryPoints.web.address=:8000/tcp',
    '--entryPoints.web.http.redirections.entryPoint.to=:443',
    '--entrypoints.websecure.address=0.0.0.0:8443',
    '--entryPoints.websecure.http.tls=true',
  ];
  expect(onLoopback(given, ports)).toEqual([
    '--ping=true',
    '--entryPoints.web.address=127.0.0.1:15001/tcp',
    '--entryPoints.web.http.redirections.entryPoint.to=:443',
    '--entryPoints.websecure.address=127.0.0.1:15002',
    '--entryPoints.websecure.http.tls=true',
  ]);
});

it('opens no port but those', () => {
  expect(onLoopback(['--entryPoints.mail.address=:25/tcp', '--entryPoints.dns.address=[::]:53/udp'], ports)).toEqual(
    [],
  );
});
