/** traefik/whoami: tells the request it got, and keeps nothing of it. */
import { type Component, imagesOf, text } from './component.js';

export const whoami: Component = {
  name: 'whoami',
  emulates: (_service, pods) => imagesOf(pods).some((image) => /\bwhoami\b/.test(image)),
  handle: (request, { pods }) => ({
    log: { mutating: false },
    ...text(
      200,
      [
        `Hostname: ${pods[0]?.metadata.name}`,
        `IP: ${pods[0]?.status?.podIP ?? ''}`,
        `${request.method} ${request.path} HTTP/1.1`,
        `Host: ${request.headers.host ?? ''}`,
        '',
      ].join('\n'),
    ),
  }),
};
