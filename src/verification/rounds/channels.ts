/** The ways by which an alert leaves: a webhook of the sovereign-admin's, and the notification-controller of the Sovereign's Flux. */
import type { Mutation } from '../../engine/mutation.js';
import type { ServiceRef } from '../../kubernetes/client/kube.js';
import { isOfApiServer } from '../../mother/service-access.js';
import { webhookAddress } from '../../sovereign/credentials/webhook-address.js';
import { CatalystError, fail, messageOf } from '../../support/errors/errors.js';
import type { Act } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { alertEvent, type News, webhookBody } from './alert.js';
import { forwardingOf } from './flux-alerts.js';

export interface Channel {
  name: 'webhook' | 'flux';
  /** `unwanted`: nobody behind it asks for such news. Throws an Error that says why it was not taken. */
  send(act: Act, news: News): Promise<'sent' | 'unwanted'>;
}

type Sending = Pick<World, 'sovereign' | 'credentials' | 'redactor' | 'kube' | 'signal'>;

const sendMs = 15_000;
export const notificationController: ServiceRef = {
  namespace: 'flux-system',
  name: 'notification-controller',
  port: 80,
};

/** Those that the spec names. Throws E1301 without the URL of a webhook, E1304 and E1120 for one that is not used. */
export async function openChannels(world: Sending, lab: boolean): Promise<Channel[]> {
  const { webhook, flux } = world.sovereign.spec.alerts ?? {};
  return [...(webhook ? [await openWebhook(world, lab)] : []), ...(flux ? [openFlux(world)] : [])];
}

async function openWebhook({ credentials, redactor, signal }: Sending, lab: boolean): Promise<Channel> {
  const url = webhookAddress(await credentials.get('alert-webhook'), { lab });
  // The path alone shows up where a call is described.
  for (const part of [url.href, `${url.pathname}${url.search}`, url.pathname, url.search, url.password])
    if (part.length > 1) redactor.register(part);
  const mutation = (sentence: string): Mutation => ({
    target: { system: 'webhook', kind: 'Webhook', name: 'alerts' },
    sentence: `send to the webhook: ${sentence}`,
    reversible: true,
  });
  return {
    name: 'webhook',
    async send(act, news) {
      const body = JSON.stringify(redactor.clean(webhookBody(news)));
      const headers = { 'content-type': 'application/json' };
      const request = { url: url.href, method: 'POST', headers, body, timeoutMs: sendMs, signal };
      await act(mutation(titleOf(news)), async (writers) => {
        const { status } = await writers.webhook(request).catch((error: unknown) => {
          throw unreached(redactor.redact(messageOf(error)), error);
        });
        if (status < 200 || status >= 300) throw refused(`the webhook answered ${status}`);
      });
      return 'sent';
    },
  };
}

const titleOf = ({ returned, cleared, test }: News) =>
  test ? 'a test' : `${returned.length} new, ${cleared.length} cleared`;

/** Its cause would name the address. */
function unreached(message: string, error: unknown): CatalystError {
  const { ambiguous } = error instanceof CatalystError ? error.data : {};
  return fail('E6007', `The webhook could not be reached: ${message}`, { data: { ambiguous } });
}

const refused = (why: string) => fail('E6007', `The alert was not taken: ${why}.`);

function openFlux({ kube, redactor }: Sending): Channel {
  const { namespace, name } = notificationController;
  const mutation = (sentence: string): Mutation => ({
    target: { system: 'sovereign', kind: 'Event', namespace, name },
    sentence: `send to the notification-controller of Flux: ${sentence}`,
    reversible: true,
  });
  return {
    name: 'flux',
    async send(act, news) {
      const event = redactor.clean(alertEvent(news));
      const forwarding = await forwardingOf(await kube(), event);
      if (forwarding === 'unwanted') return 'unwanted';
      const { kind, namespace: space, name: object } = event.involvedObject;
      if (forwarding === 'no alert') throw refused(`no Alert of Flux forwards events of ${kind} ${space}/${object}`);
      await act(mutation(titleOf(news)), async (writers) => {
        const body = JSON.stringify(event);
        const answer = await writers.service(notificationController)({ url: 'http://service/', method: 'POST', body });
        // It had the same event a moment ago, and drops what comes twice.
        if (answer.status === 429 || (answer.status >= 200 && answer.status < 300)) return;
        const by = isOfApiServer(answer) ? 'the API server answered in its place' : 'it answered';
        throw refused(`notification-controller ${namespace}/${name}: ${by} ${answer.status}`);
      });
      return 'sent';
    },
  };
}
