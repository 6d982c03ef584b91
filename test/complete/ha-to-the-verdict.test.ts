/**
 * `ha` from nothing to the verdict, its rehearsal first: omantel, and a Sovereign of another name in another region whose parent zone is
 * outside of the mother's pools, the latter on real engines too, where only D20 keeps the verdict from PASS.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import type { Server } from '../../src/hetzner/api/types.js';
import { parseSpec } from '../../src/sovereign/spec/load-spec.js';
import { specToYaml } from '../../src/sovereign/spec/spec-yaml.js';
import { cache } from '../engines/rig.js';
import { type Catalyst, catalystAtHome, type LabInfo } from '../lab/catalyst.js';

interface Verdict {
  verdict: string;
  items: { id: string; status: string; reason: string }[];
}

let catalyst: Catalyst;
afterEach(() => catalyst.close());

const emulated = { engine: 'emulated', env: {}, code: 0, verdict: 'PASS', open: [] as string[] };
const real = {
  ...{ engine: 'real', env: { CATALYST_ENGINE: 'kubernetes', XDG_CACHE_HOME: cache } },
  ...{ code: 3, verdict: 'PARTIAL', open: ['D20'] },
};
const outside = { story: 'ha-outside', fqdn: 'sky.cloud.example', location: 'hel1', rehearsed: 'test.cloud.example' };
const sovereigns = [
  { ...emulated, story: 'ha', fqdn: 'omantel.omani.works', location: 'fsn1', rehearsed: 'test.omani.works' },
  { ...emulated, ...outside },
  { ...real, ...outside },
];

test.each(sovereigns)(
  'three servers carry $fqdn in $location to $verdict, on $engine engines',
  async ({ story, env, fqdn, location, rehearsed, code, verdict, open }) => {
    catalyst = catalystAtHome(story, { CATALYST_LAB_FQDN: fqdn, CATALYST_LAB_LOCATION: location, ...env });
    const lab = await catalyst.up();
    const spec = parseSpec(readFileSync(lab.spec, 'utf8'), lab.spec);
    spec.spec.hetzner.controlPlane.count = 3;
    spec.spec.hetzner.workers.count = 0;
    writeFileSync(lab.spec, specToYaml(spec));

    const walked = await catalyst.run(['wizard', '--lab', catalyst.lab, '--yes']);
    expect(walked.code, walked.stderr).toBe(code);
    expect(walked.stdout).toContain(
      `phases 0 to 6 of ${rehearsed} built and proven, then wiped; nothing of it is left`,
    );
    if (verdict === 'PASS') expect(walked.stdout).toContain(`✔ PASS  ${fqdn}`);

    const { document } = await catalyst.json<Verdict>(['evidence', 'show', '--lab', catalyst.lab]);
    expect(document.result.verdict).toBe(verdict);
    expect(document.result.items.filter(({ status }) => status !== 'pass').map(({ id }) => id)).toEqual(open);
    const servers = await ownServers(lab, fqdn);
    expect(servers.map(({ location }) => location.name)).toEqual([location, location, location]);
  },
);

async function ownServers(lab: LabInfo, fqdn: string): Promise<Server[]> {
  const selector = encodeURIComponent(`catalyst.openova.io/sovereign=${fqdn}`);
  const answer = await fetch(`${lab.endpoints['hetzner']}/servers?label_selector=${selector}`, {
    headers: { authorization: `Bearer ${lab.credentials['hcloud-token']}` },
  });
  return ((await answer.json()) as { servers: Server[] }).servers;
}
