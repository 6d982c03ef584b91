/** D4 and W4: what resolvers answer, whether a signed chain is whole, and whether what the mother knew still opens anything. */
import { fail, notChecked, worldsOn } from '../rigged-world.js';
import { onCredentials, onNames, onSignedNames } from '../stages/delegated-names.js';

export const worlds = [
  ...worldsOn(onNames, [
    {
      ...{ id: 'resolver-parking', item: 'D4', gap: 'one resolver shows the parking address' },
      rigged: 'one resolver leads the console to the registrar’s parking address',
      expected: fail(/parking address 185\.53\.179\.128/),
      rig: ({ answers, resolvers }) =>
        answers.set(resolvers[1]!, ({ name }, honest) => ({
          ...honest,
          answers: [{ name, type: 'A', ttl: 60, data: '185.53.179.128' }],
        })),
    },
    {
      ...{ id: 'resolver-mother', item: 'D4', gap: 'a resolver answers from before' },
      rigged: 'one resolver still has the mother’s address',
      expected: fail(/answers 192\.0\.2\.10 for console\..*its own servers 203\.0\.113\.10/),
      rig: ({ answers, resolvers }) =>
        answers.set(resolvers[0]!, ({ name }, honest) => ({
          ...honest,
          answers: [{ name, type: 'A', ttl: 60, data: '192.0.2.10' }],
        })),
    },
    {
      ...{ id: 'resolver-silent', item: 'D4', gap: 'a resolver that cannot be asked' },
      rigged: 'one resolver does not answer',
      expected: notChecked(/a resolver could not be asked/),
      rig: ({ answers, resolvers }) =>
        answers.set(resolvers[0]!, () => {
          throw new Error('no answer');
        }),
    },
    {
      ...{ id: 'dnssec-unvalidated', item: 'D4', gap: 'a DS whose chain nobody validated' },
      rigged: 'the parent has a DS, and no resolver validates the zone',
      expected: fail(/did not validate its chain/),
      rig: ({ answers, parents }) => {
        for (const server of parents)
          answers.set(server, ({ name, type }, honest) =>
            type === 'DS' ? { ...honest, answers: [{ name, type: 'DS', ttl: 60, data: {} }] } : honest,
          );
      },
    },
  ]),
  ...worldsOn(onSignedNames, [
    {
      ...{ id: 'dnssec-bogus', item: 'D4', gap: 'a broken chain' },
      rigged: 'the zone is signed with keys that its DS does not name: a resolver answers SERVFAIL',
      expected: fail(/\(SERVFAIL\).* did not validate its chain/),
      rig: ({ answers, resolvers }) =>
        answers.set(resolvers[0]!, ({ type }, honest) =>
          type === 'SOA' ? { ...honest, rcode: 'SERVFAIL' } : { ...honest, authenticated: true },
        ),
    },
    {
      ...{ id: 'dnssec-one-parent', item: 'D4', gap: 'servers of the parent that disagree' },
      rigged: 'one server of the parent zone has no DS',
      expected: fail(/only \d of \d servers of omani\.works have its DS/),
      rig: ({ answers, parents }) => answers.delete(parents[0]!),
    },
  ]),
  ...worldsOn(onCredentials, [
    {
      ...{ id: 'credential-accepted', item: 'W4', gap: 'a credential that was accepted once' },
      rigged: 'an old kubeconfig was accepted, and its file was swapped for one that is refused',
      expected: fail(/kubeconfig of before on the mother still opens a cluster/),
      rig: (refusals) => refusals.push({ what: 'kubeconfig of before', answer: 'accepted', at: '', print: 'aa' }),
    },
    {
      ...{ id: 'credential-unproven', item: 'W4', gap: 'a credential that nobody saw refused' },
      rigged: 'the Sovereign’s API did not answer when an old kubeconfig was tried',
      expected: fail(/is not proven to refuse the credentials/),
      rig: (refusals) => refusals.push({ what: 'kubeconfig', answer: 'not proven', at: '' }),
    },
  ]),
];
