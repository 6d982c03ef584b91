/** D17: worlds in which the kill did not do what it claims, in which nobody could see, and in which the Sovereign did not survive it. */

import { canaryName } from '../../../src/verification/experiment/probes.js';
import { type Expected, fail, worldsOn } from '../rigged-world.js';
import {
  type Answer,
  cloud,
  console,
  endpointsOf,
  loopback,
  onExperiment,
  onMother,
  put,
  scaled,
} from '../stages/experiment.js';

const invalid = (reason: RegExp): Expected => ({ status: 'fail', reason, verdict: 'INVALID' });
const row = (id: string, gap: string) => ({ id, item: 'D17', gap });
const dead: Answer = () => ({ status: 503, bad: 'answered 503' });
/** Nothing answers from `from` to `to`, in milliseconds since the start. */
const silent =
  (from: number, to: number): Answer =>
  (t, signal) =>
    t >= from && t < to
      ? new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new Error('cut off')), { once: true }),
        )
      : { status: 200 };
const slow =
  (clock: { sleep(ms: number): Promise<void> }, from: number, to: number, ms: number): Answer =>
  (t) =>
    t >= from && t < to ? clock.sleep(ms).then(() => ({ status: 200 })) : { status: 200 };

export const worlds = worldsOn(onExperiment, [
  {
    ...row('scaled-up', 'somebody scales catalyst-api up'),
    rigged: 'somebody scales catalyst-api up in the window, and its page answers again',
    expected: invalid(/^invalid: .*there again: its Deployment asks for 1/),
    rig: (world) => world.later(8000, () => scaled(world, 1)),
  },
  {
    ...row('scaled-up-behind-a-red-canary', 'catalyst-api is alive behind a page that does not answer'),
    rigged: 'the path of the canary answers 503 for another reason while catalyst-api is up again',
    expected: invalid(/there again: its Deployment asks for 1/),
    rig(world) {
      world.answers.set(canaryName, (t) =>
        t < 5000 || t > 27_000 ? { status: 200 } : { status: 503, bad: 'answered 503' },
      );
      world.heardInside = (t) => (t < 5000 ? 200 : 503);
      world.later(8000, () => scaled(world, 1));
    },
  },
  {
    ...row('up-and-down', 'catalyst-api is up for less than a look'),
    rigged: 'catalyst-api is scaled up and down again between two looks at it',
    expected: invalid(/somebody changed the Deployment/),
    rig: (world) =>
      world.later(8300, () => {
        scaled(world, 1);
        scaled(world, 0);
      }),
  },
  {
    ...row('second-deployment', 'another Deployment behind the Service'),
    rigged: 'the Pod of another Deployment stands behind the Service of catalyst-api, and is not Ready yet',
    expected: invalid(/Pod catalyst\/other-1/),
    rig: (world) =>
      world.later(8000, () =>
        put(world.mother, onMother('v1', 'Pod', 'other-1', { metadata: { labels: { app: 'catalyst-api' } } })),
      ),
  },
  {
    ...row('endpoints-by-hand', 'an EndpointSlice without a Pod'),
    rigged:
      'an EndpointSlice made by hand leads the Service of catalyst-api to an address elsewhere, for one path only',
    expected: invalid(/endpoint 192\.0\.2\.9 in EndpointSlice/),
    rig(world) {
      world.answers.set(canaryName, (t) =>
        t < 5000 || t > 27_000 ? { status: 200 } : { status: 503, bad: 'answered 503' },
      );
      world.heardInside = (t) => (t < 5000 ? 200 : 503);
      world.later(8000, () => put(world.mother, endpointsOf('192.0.2.9')));
    },
  },
  {
    ...row('undo-deleted', 'the armed undo goes'),
    rigged: 'somebody deletes the armed undo in the window',
    expected: invalid(/the armed undo on the mother was deleted/),
    rig: (world) => world.later(8000, () => world.mother.objects.delete('Job catalyst/undo')),
  },
  {
    ...row('undo-replaced', 'the armed undo is another one'),
    rigged: 'somebody replaces the armed undo in the window',
    expected: invalid(/the armed undo on the mother was replaced/),
    rig: (world) => world.later(8000, () => (world.at('Job catalyst/undo').metadata.uid = 'another')),
  },
  {
    ...row('owner-resumed', 'Flux may start it again'),
    rigged: 'somebody resumes the Flux Kustomization of catalyst-api in the window',
    expected: invalid(/resumed the Flux Kustomization/),
    rig: (world) =>
      world.later(8000, () => (world.at('Kustomization flux-system/catalyst-platform').spec.suspend = false)),
  },
  {
    ...row('mother-unseen', 'nobody watched'),
    rigged: 'the API of the mother resets every connection for 12 s of the window',
    expected: invalid(/the mother was not seen for \d+ s .*ECONNRESET/),
    rig(world) {
      const { get } = world.mother.kube;
      let isOut = false;
      world.mother.kube.get = (ref) => (isOut ? Promise.reject(new Error('ECONNRESET')) : get(ref));
      world.later(4000, () => (isOut = true));
      world.later(16_000, () => (isOut = false));
    },
  },
  {
    ...row('cdn-answers', 'something else answers for the canary'),
    rigged: 'a CDN goes on answering for catalyst-api',
    expected: invalid(/never turned red/),
    rig: (world) => world.answers.set(canaryName, () => ({ status: 200 })),
  },
  {
    ...row('heard-inside', 'the Sovereign has another way to catalyst-api'),
    rigged: 'a Pod of the Sovereign still reaches a catalyst-api although our own canary is red',
    expected: invalid(/a Pod of the Sovereign still heard catalyst-api/),
    rig: (world) => (world.heardInside = () => 200),
  },
  {
    ...row('hidden-flap', 'an outage shorter than a pause between two answers'),
    rigged: 'the console answers 502 for half a second',
    expected: fail(/console failed 1 of \d+ in the window, longest outage 500 ms/),
    rig: (world) =>
      world.answers.set(console, (t) =>
        t >= 12_000 && t < 12_500 ? { status: 502, bad: 'answered 502' } : { status: 200 },
      ),
  },
  {
    ...row('hidden-by-slow-answers', 'an outage behind answers that hang'),
    rigged:
      'the console hangs for a moment and is out just after, which a prober that waits for its answer would not see',
    expected: fail(/console failed \d+ of \d+ in the window/),
    rig: (world) =>
      world.answers.set(console, (t) => {
        if (t >= 12_000 && t < 12_500) return world.clock.sleep(1900).then(() => ({ status: 200 }));
        return t >= 12_500 && t < 13_900 ? { status: 503, bad: 'answered 503' } : { status: 200 };
      }),
  },
  {
    ...row('late-answers', 'answers that come too late'),
    rigged: 'the console answers after 4 s, and every answer is a 200',
    expected: fail(/late, the limit is 2000 ms/),
    rig: (world) => world.answers.set(console, slow(world.clock, 12_000, 14_000, 4000)),
  },
  {
    ...row('longer-than-accepted', 'an outage longer than --max-outage'),
    rigged: 'the console is out for 3 s, and 2 s are accepted',
    expected: fail(/longest outage 3000 ms of at most 2000 ms/),
    rig(world) {
      world.maxOutageMs = 2000;
      world.answers.set(console, (t) =>
        t >= 12_000 && t < 15_000 ? { status: 502, bad: 'answered 502' } : { status: 200 },
      );
    },
  },
  {
    ...row('never-again-green', 'the Sovereign is down at the end'),
    rigged: 'the console goes down after the undo and stays down',
    expected: fail(/after the undo console is not green/),
    rig: (world) => world.answers.set(console, (t, signal) => (t > 27_000 ? dead(t, signal) : { status: 200 })),
  },
  {
    ...row('exercise-without-end', 'an exercise that waits for the mother'),
    rigged: 'an exercise ends only when catalyst-api is there again',
    expected: fail(/exercise a login: it had not ended after \d+ s, when catalyst-api had to be started again/),
    rig: (world) =>
      world.exercises.push({
        name: 'a login',
        class: 'identity',
        run: () => world.clock.sleep(120_000).then(() => 'logged in'),
      }),
  },
  {
    ...row('helped', 'a person helps the Sovereign'),
    rigged: 'somebody edits a Deployment of the Sovereign in the window',
    expected: fail(/Deployment gitea\/gitea on the Sovereign was changed by kubectl-set/),
    rig: (world) =>
      world.audit.push({
        system: 'sovereign',
        what: 'Deployment gitea/gitea on the Sovereign was changed by kubectl-set at 10:00',
        ...{ manager: 'kubectl-set', at: '10:00', hand: true },
      }),
  },
  {
    ...row('own-slowness', 'our own slowness, on loopback too'),
    rigged: 'this machine is too slow for 4 s: console and the witness on loopback hang alike',
    expected: invalid(/console was not observed for \d+ samples .*witness: loopback was late too/),
    rig(world) {
      for (const name of [console, loopback]) world.answers.set(name, silent(12_000, 16_000));
    },
  },
  {
    ...row('own-network', 'our own network is out'),
    rigged: 'our own network is out for 4 s: console and the witness elsewhere fail alike',
    expected: invalid(/console was not observed for \d+ samples .*witness: cloud was late too/),
    rig(world) {
      for (const name of [console, cloud]) world.answers.set(name, silent(12_000, 16_000));
    },
  },
  {
    ...row('wrong-answer-while-slow', 'a wrong answer behind a slow witness'),
    rigged: 'the console answers 503 while a witness happens to be slow',
    expected: fail(/console failed \d+ of \d+ in the window/),
    rig(world) {
      world.answers.set(loopback, slow(world.clock, 12_000, 13_000, 1900));
      world.answers.set(console, (t) =>
        t >= 12_000 && t < 13_000 ? { status: 503, bad: 'answered 503' } : { status: 200 },
      );
    },
  },
  {
    ...row('clock-set', 'the clock of this machine is set'),
    rigged: 'the clock of this machine is set forward by an hour in the window',
    expected: invalid(/the clock of this machine jumped by 3600\.0 s/),
    rig: (world) => (world.wallAhead = (t) => (t >= 12_000 ? 3_600_000 : 0)),
  },
  {
    ...row('machine-stood-still', 'this machine stood still without a clock that tells'),
    rigged: 'the virtual machine that catalyst runs on is paused for a minute: only the servers’ Dates show it',
    expected: invalid(/the servers' clocks went 60\.0 s further than ours/),
    rig(world) {
      const start = world.clock.now().getTime();
      for (const name of [console, loopback, cloud])
        world.answers.set(name, (t) => ({ status: 200, date: start + t + (t >= 12_000 ? 60_000 : 0) }));
    },
  },
  {
    ...row('cut-without-effect', 'a cut that does not bite'),
    rigged: 'the Sovereign is to be cut off from the mother in the window, and a Pod still reaches her',
    expected: invalid(/a Pod of the Sovereign still reached mother\.example although it was cut off/),
    rig(world) {
      const reach = { hosts: { 'mother.example': { addresses: ['192.0.2.10'], reached: true } } };
      world.cut = { hosts: ['mother.example'], addresses: ['192.0.2.10'], before: reach, during: reach };
    },
  },
]);
