/** Two labs on one machine: what is done in one reaches nothing of the other, whatever the shell has set or the person mixes up. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Catalyst, catalystAtHome, type LabInfo } from './catalyst.js';

const fqdn = 'omantel.omani.works';
let first: Catalyst;
let second: Catalyst;
let own: LabInfo;
let foreign: LabInfo;

beforeAll(async () => {
  second = catalystAtHome('foreign');
  foreign = await second.up();
  // what a person who works on real Sovereigns has in the shell
  first = catalystAtHome('own', {
    CATALYST_MOTHER_KUBECONFIG: foreign.kubeconfigs.mother,
    CATALYST_KUBECONFIG: foreign.kubeconfigs.mother,
    HCLOUD_TOKEN: foreign.credentials['hcloud-token']!,
    HCLOUD_ENDPOINT: foreign.endpoints['hetzner']!,
    AWS_ENDPOINT_URL_S3: foreign.endpoints['s3']!,
  });
  own = await first.up();
});
afterAll(async () => {
  await first?.close();
  await second?.close();
});

interface Line {
  server: string;
  method: string;
  path: string;
  mutating: boolean;
}
const linesOf = ({ requestLog }: LabInfo): Line[] =>
  existsSync(requestLog)
    ? readFileSync(requestLog, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Line)
    : [];
/** The emulated Flux of a lab reads its own Git all the time. */
const callsTo = (lab: LabInfo) => linesOf(lab).filter(({ server }) => server !== 'git');
const writesTo = (lab: LabInfo) => callsTo(lab).filter(({ mutating }) => mutating);
const stateOf = (lab: LabInfo) => join(dirname(lab.spec), 'state');

describe('with --lab', () => {
  it('a walk reaches the lab only: what the shell names is ignored, with one warning', async () => {
    const before = callsTo(foreign).length;
    const ended = await first.run(['wizard', '--lab', first.lab, '--yes', '--until', '1']);
    expect(ended.code, ended.stderr).toBe(0);
    expect(callsTo(foreign).slice(before)).toEqual([]);
    expect(callsTo(own).length).toBeGreaterThan(0);
    const warnings = ended.stderr.split('\n').filter((line) => line.includes('ignored from the environment'));
    expect(warnings).toHaveLength(1);
    for (const name of ['CATALYST_KUBECONFIG', 'CATALYST_MOTHER_KUBECONFIG', 'HCLOUD_TOKEN', 'AWS_ENDPOINT_URL_S3'])
      expect(warnings[0]).toContain(name);
  });

  it.each(['--kubeconfig', '--mother-kubeconfig'])('%s is refused', async (flag) => {
    const before = callsTo(foreign).length;
    const ended = await first.run(['wizard', '--lab', first.lab, '--yes', flag, foreign.kubeconfigs.mother]);
    expect(ended.code, ended.stderr).toBe(2);
    expect(ended.stderr).toContain(`${flag} cannot be used with a lab`);
    expect(callsTo(foreign).length).toBe(before);
  });
});

describe('without --lab, kubeconfigs mixed up', () => {
  /** As a real Sovereign is used: spec, state and credentials; the first two kubeconfigs are the Sovereign's and the mother's. */
  const as = (kubeconfig: string | undefined, mother: string, ...args: string[]) => {
    const catalyst = { ...process.env };
    delete catalyst['CATALYST_LAB'];
    const more = kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig];
    return real.run([
      ...[...args, ...more, '--mother-kubeconfig', mother],
      ...['--spec', own.spec, '--state-dir', stateOf(own)],
    ]);
  };
  let real: Catalyst;
  beforeAll(() => {
    // the same home as the first lab's, so that its secrets open
    const { credentials } = own;
    real = catalystAtHome('real', {
      XDG_STATE_HOME: first.home,
      XDG_CONFIG_HOME: join(first.home, 'config'),
      HCLOUD_TOKEN: credentials['hcloud-token']!,
      AWS_ACCESS_KEY_ID: credentials['s3-access-key']!,
      AWS_SECRET_ACCESS_KEY: credentials['s3-secret-key']!,
      CATALYST_REGISTRY_TOKEN: credentials['registry-token']!,
    });
  });

  it.each([
    ['ticket run 376 --fresh --force x', 'the mother as the Sovereign', () => own.kubeconfigs.mother],
    [`cluster destroy --confirm ${fqdn}`, 'the mother as the Sovereign', () => own.kubeconfigs.mother],
    [`cluster destroy --confirm ${fqdn}`, "another lab's mother", () => foreign.kubeconfigs.mother],
  ])('%s with %s is refused, and nothing is written anywhere', async (command, _, kubeconfig) => {
    const before = [own, foreign].map((lab) => writesTo(lab).length);
    const ended = await as(kubeconfig(), own.kubeconfigs.mother, ...command.split(' '));
    expect(ended.code, ended.stderr).toBe(7);
    expect(ended.stderr).toContain('E141');
    expect([own, foreign].map((lab) => writesTo(lab).length)).toEqual(before);
  });

  it("another lab's mother is refused, and nothing is written anywhere", async () => {
    const before = [own, foreign].map((lab) => writesTo(lab).length);
    const ended = await as(undefined, foreign.kubeconfigs.mother, 'ticket', 'run', '371', '--fresh');
    expect(ended.code, ended.stderr).toBe(7);
    expect(ended.stderr).toContain('E1411');
    expect([own, foreign].map((lab) => writesTo(lab).length)).toEqual(before);
  });

  it('evidence says that this was a lab, however its addresses are spelled', async () => {
    const spec = join(real.home, 'spelled.yaml');
    writeFileSync(
      spec,
      readFileSync(own.spec, 'utf8').replace(/http:\/\/127\.0\.0\.1:/g, 'http://[::ffff:127.0.0.1]:'),
    );
    const ended = await real.run([
      ...['verify', 'dod', '--only', 'W1', '--dry-run', '--json', '--spec', spec, '--state-dir', stateOf(own)],
      ...['--mother-kubeconfig', own.kubeconfigs.mother],
    ]);
    const { result } = JSON.parse(ended.stdout) as { result: { lab: boolean; world: object } };
    expect(result).toMatchObject({ lab: true, world: { kind: 'lab', name: first.lab } });
  });
});
