import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SharedFlags } from '../../../../../src/cli/command/flags.js';
import { ignoredText, labOnly } from '../../../../../src/cli/context/chosen-lab/lab-only.js';
import { stateDirOf } from '../../../../../src/cli/context/spec/spec-path.js';

const flags: SharedFlags = {
  yes: true,
  'no-input': false,
  'dry-run': false,
  verbose: false,
  quiet: false,
  'no-color': false,
  lab: 'a',
};
const env = {
  PATH: '/bin',
  CATALYST_ENGINE: 'emulated',
  CATALYST_KUBECONFIG: '/prod',
  CATALYST_MOTHER_KUBECONFIG: '/mother',
  CATALYST_REGISTRY_TOKEN: 'r',
  CATALYST_POWERDNS_API_KEY: 'p',
  HCLOUD_TOKEN: 't',
  HCLOUD_ENDPOINT: 'https://e',
  AWS_PROFILE: 'prod',
  AWS_ENDPOINT_URL_S3: 'https://s3',
  DYNADOT_API_KEY: 'd',
};
const none = new Set<string>();

describe('with --lab', () => {
  it('variables that lead elsewhere are ignored and named; the others count', () => {
    const given = { ...flags, kubeconfig: '/prod', 'mother-kubeconfig': '/mother' };
    const only = labOnly(given, env, none);
    expect(only.env).toEqual({ PATH: '/bin', CATALYST_ENGINE: 'emulated' });
    expect(only.flags).toEqual(flags);
    expect(ignoredText('a', only.ignored, 'catalyst wizard')).toBe(
      'The lab a has its own endpoints and credentials; ignored from the environment: AWS_ENDPOINT_URL_S3, ' +
        'CATALYST_KUBECONFIG, CATALYST_MOTHER_KUBECONFIG, CATALYST_POWERDNS_API_KEY, CATALYST_REGISTRY_TOKEN, ' +
        'DYNADOT_API_KEY, HCLOUD_ENDPOINT, HCLOUD_TOKEN.',
    );
  });

  it('nothing is said of a variable that catalyst never reads, nor by a command that only reads', () => {
    const quiet = labOnly(flags, { AWS_CA_BUNDLE: '/ca', AWS_PROFILE: 'prod' }, none);
    expect(quiet).toMatchObject({ env: {}, ignored: [] });
    expect(ignoredText('a', quiet.ignored, 'catalyst wizard')).toBeUndefined();
    expect(ignoredText('a', ['HCLOUD_TOKEN'], 'catalyst status')).toBeUndefined();
  });

  it.each(['kubeconfig', 'mother-kubeconfig'])('--%s is refused when it was typed', (flag) => {
    for (const engine of [undefined, 'emulated', 'kubernetes'])
      expect(() => labOnly({ ...flags, engine, [flag]: '/prod' }, env, new Set(['lab', flag]))).toThrow(
        expect.objectContaining({ code: 'E1413', exitCode: 2 }),
      );
  });

  it('a lab on existing clusters takes both kubeconfigs and no credentials', () => {
    const given = { ...flags, engine: 'kubeconfig', kubeconfig: '/a', 'mother-kubeconfig': '/b' };
    const only = labOnly(given, env, new Set(['kubeconfig']));
    expect(only.flags).toEqual(given);
    expect(only.ignored).toContain('HCLOUD_TOKEN');
    expect(only.ignored).not.toContain('CATALYST_KUBECONFIG');
  });
});

it("a lab's state has a directory of its own, also under --state-dir", () => {
  const home = { XDG_STATE_HOME: '/state' };
  expect(stateDirOf({ ...flags, lab: undefined }, home)).toBe('/state/catalyst');
  expect(stateDirOf(flags, home)).toBe('/state/catalyst/labs/a/state');
  expect(stateDirOf({ ...flags, lab: undefined, 'state-dir': '/given' }, home)).toBe('/given');
  expect(stateDirOf({ ...flags, 'state-dir': '/given' }, home)).toBe(join('/given', 'labs', 'a'));
});
