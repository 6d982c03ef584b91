/** The Sovereign's PowerDNS API behind its Service, over the zones that its name servers answer from. */
import { type Component, text } from './component.js';

export const powerdns: Component = {
  name: 'powerdns',
  plays: (service) => service.metadata.name === 'powerdns',
  handle: (request, { lab }) => lab.world.dns?.api?.(request) ?? text(502, 'this lab plays no PowerDNS API\n'),
};
