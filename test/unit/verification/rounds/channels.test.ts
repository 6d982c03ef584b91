import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../../src/support/redact/redact.js';
import { openChannels } from '../../../../src/verification/rounds/channels.js';
import type { World } from '../../../../src/world/world.js';
import { omantel } from '../../../fakes/fake-world.js';

const redactor = createRedactor();
const open = (url: string, { lab = false, alerts = { webhook: true } } = {}) =>
  openChannels(
    {
      sovereign: omantel({}, { alerts }),
      credentials: { get: async () => url },
      redactor,
      signal: new AbortController().signal,
    } as unknown as World,
    lab,
  );

describe('the address of the webhook', () => {
  it.each(['https://hooks.example/services/S3CR3T', 'http://127.0.0.1:9/S3CR3T', 'http://localhost/S3CR3T'])(
    'may be %s',
    async (url) => {
      expect(await open(url)).toMatchObject([{ name: 'webhook' }]);
      expect(redactor.redact(`POST ${url} and its path ${new URL(url).pathname}`)).not.toContain('S3CR3T');
    },
  );

  it.each([
    ['http://hooks.example/S3CR3T', 'E1120'],
    ['ftp://hooks.example/S3CR3T', 'E1304'],
    ['S3CR3T-token', 'E1304'],
    ['https://', 'E1304'],
  ])('is not used and not shown: %s', async (url, code) => {
    await expect(open(url)).rejects.toMatchObject({
      code,
      message: expect.not.stringMatching(/S3CR3T|hooks\.example/),
    });
  });

  it('leads nowhere beyond this machine in a lab', async () => {
    await expect(open('https://hooks.example/x', { lab: true })).rejects.toMatchObject({ code: 'E1304' });
    expect(await open('http://127.0.0.1:9/x', { lab: true })).toHaveLength(1);
  });
});

it('nothing is opened that the spec does not name', async () => {
  expect(await open('https://hooks.example/x', { alerts: { webhook: false } })).toEqual([]);
});
