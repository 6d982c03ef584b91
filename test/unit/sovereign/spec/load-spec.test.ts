import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSpec, parseSpec, type SpecFinding } from '../../../../src/sovereign/spec/load-spec.js';
import { CatalystError } from '../../../../src/support/errors/errors.js';
import { specText } from '../../../fakes/sovereign-spec.js';

function thrown(text: string): CatalystError {
  try {
    parseSpec(text, 'sovereign.yaml');
  } catch (error) {
    if (error instanceof CatalystError) return error;
    throw error;
  }
  throw new Error('the spec was accepted');
}
const findings = (text: string) => thrown(text).data.findings as SpecFinding[];

describe('a spec', () => {
  it('gets its defaults', () => {
    const { spec } = parseSpec(specText, 'sovereign.yaml');
    expect(spec.hetzner.controlPlane.count).toBe(1);
    expect(spec.mother.name).toBe('contabo');
    expect(spec.gitops.branch).toBe('main');
  });

  it('with a mistyped field names line, column and the nearest known name', () => {
    const [finding] = findings(
      specText.replace('    location: fsn1\n    controlPlane', '    locaton: fsn1\n    controlPlane'),
    );
    expect(finding).toMatchObject({ line: 14, column: 5, field: 'spec.hetzner.locaton', nearest: 'location' });
  });

  it('tells all findings at once, in the order of the file', () => {
    const bad = specText
      .replace('name: omantel', 'name: Omantel')
      .replace('ops@omantel.om', 'nobody')
      .replace('cx43', '43');
    expect(findings(bad).map(({ field }) => field)).toEqual([
      'metadata.name',
      'spec.organization.email',
      'spec.hetzner.controlPlane.type',
    ]);
  });

  it('that lacks a field points at its parent', () => {
    const [finding] = findings(specText.replace('    email: ops@omantel.om\n', ''));
    expect(finding).toMatchObject({ line: 10, field: 'spec.organization.email', message: 'is missing' });
  });

  it('holds rules between fields', () => {
    const [pool] = findings(specText.replace('subdomain: omantel', 'subdomain: other'));
    expect(pool).toMatchObject({ line: 6, field: 'spec.fqdn' });
    const net = specText.replace('    controlPlane:', '    network: { subnet: 192.168.0.0/24 }\n    controlPlane:');
    expect(findings(net)[0]?.message).toContain('inside 10.0.0.0/16');
    const small = specText.replace('    controlPlane:', '    network: { subnet: 10.0.1.0/30 }\n    controlPlane:');
    expect(findings(small)[0]).toMatchObject({ message: 'has room for 0 servers; the spec has 1' });
  });

  it('of the former apiVersion is read as one of today, with what to change in the file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'spec-'));
    const path = join(folder, 'sovereign.yaml');
    writeFileSync(path, specText.replace('cli.catalyst.openova.io', 'catalyst.openova.io'));
    const { sovereign, warnings } = loadSpec(path);
    expect(sovereign).toEqual(parseSpec(specText, path));
    expect(warnings).toEqual([expect.stringContaining('"apiVersion: cli.catalyst.openova.io/v1alpha1"')]);
    writeFileSync(path, specText);
    expect(loadSpec(path).warnings).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  it('of any other apiVersion is E1101', () => {
    expect(findings(specText.replace('v1alpha1', 'v1beta1'))[0]?.field).toBe('apiVersion');
  });

  it('that is not YAML, or is not there, is E1102 and exit 2', () => {
    expect(thrown('a: [1')).toMatchObject({ code: 'E1102', exitCode: 2 });
    expect(thrown(specText.replace('  fqdn', '  fqdn: a.b.c\n  fqdn'))).toMatchObject({ code: 'E1102' });
    expect(() => loadSpec('/nowhere/sovereign.yaml')).toThrow('There is no spec at /nowhere/sovereign.yaml.');
  });

  it('that is not YAML says where, and that is more than one document is refused', () => {
    expect(thrown('a: 1\nb: [1').message).toMatch(/^sovereign\.yaml:2:\d+: not YAML: /);
    expect(thrown(`${specText}---\n${specText}`)).toMatchObject({ code: 'E1102', exitCode: 2 });
  });

  it('that is empty or no map is E1101', () => {
    expect(thrown('').code).toBe('E1101');
    expect(thrown('- 1').code).toBe('E1101');
  });

  it('that is published as the example is valid, and names no type that may be sold out by then', () => {
    const example = join(import.meta.dirname, '../../../../examples/omantel.yaml');
    const { spec } = loadSpec(example).sovereign;
    expect(spec.fqdn).toBe('omantel.omani.works');
    const { controlPlane, workers, loadBalancer } = spec.hetzner;
    expect([controlPlane.type, workers.type, loadBalancer.type]).toEqual([undefined, undefined, undefined]);
  });
});
