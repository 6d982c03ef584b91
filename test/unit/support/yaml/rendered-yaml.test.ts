import { expect, it } from 'vitest';
import { parseRendered } from '../../../../src/support/yaml/rendered-yaml.js';

it('takes what the chart of OpenBao renders to: a bracket that closes too far left', () => {
  const text = `kind: StatefulSet
spec:
  containers:
    - name: openbao
      lifecycle:
        preStop:
          exec:
            command: [
              "/bin/sh", "-c",
              "sleep 5",
            ]
    - name: audit-shipper
---
# nothing
---
kind: Service
`;
  const command = ['/bin/sh', '-c', 'sleep 5'];
  expect(parseRendered(text)).toEqual([
    {
      kind: 'StatefulSet',
      spec: {
        containers: [{ name: 'openbao', lifecycle: { preStop: { exec: { command } } } }, { name: 'audit-shipper' }],
      },
    },
    { kind: 'Service' },
  ]);
});

it('refuses what is no YAML', () => expect(() => parseRendered('kind: [Service\n')).toThrow());
