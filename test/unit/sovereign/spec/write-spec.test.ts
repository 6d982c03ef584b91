import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadSpec, parseSpec } from '../../../../src/sovereign/spec/load-spec.js';
import { overlayLab } from '../../../../src/sovereign/spec/overlays/overlay-lab.js';
import { specToYaml } from '../../../../src/sovereign/spec/spec-yaml.js';
import { writeSpec } from '../../../../src/sovereign/spec/write-spec.js';
import { specText } from '../../../fakes/sovereign-spec.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'spec-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('writing a spec', () => {
  it('leaves out what only repeats a default', () => {
    const text = specToYaml(parseSpec(specText, 'x'));
    expect(text).toBe(specText.replace(' # smallest that fits', ''));
  });

  it('keeps comments, changes what changed, and reads back the same', () => {
    const path = join(dir, 'sovereign.yaml');
    writeFileSync(path, specText);
    const { sovereign } = loadSpec(path);
    sovereign.spec.hetzner.controlPlane.count = 3;
    writeSpec(path, sovereign);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain('# smallest that fits');
    expect(text).toContain('count: 3');
    expect(loadSpec(path).sovereign).toEqual(sovereign);
  });

  it('on a lab reaches nothing but the lab', () => {
    const own = parseSpec(
      specText.replace('location: fsn1\n    controlPlane', 'location: nbg1\n    controlPlane'),
      'x',
    );
    const lab = parseSpec(specText, 'x');
    lab.spec.hetzner.endpoint = 'http://127.0.0.1:1';
    lab.spec.mother.powerdns.endpoint = 'http://127.0.0.1:2';
    const { spec } = overlayLab(own, lab);
    expect(spec.hetzner).toMatchObject({ location: 'nbg1', endpoint: 'http://127.0.0.1:1' });
    expect(spec.mother.powerdns.endpoint).toBe('http://127.0.0.1:2');
  });
});
