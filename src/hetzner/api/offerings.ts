/** What Hetzner sells, where and for how much, as the API's own description has it. Prices are decimal strings in the currency of `/pricing`. */
import type { LoadBalancerType, Location, Pricing, ServerType } from './generated/offerings.js';

export type { LoadBalancerType, Location, Pricing, ServerType };
export type LocationPrice = ServerType['prices'][number];
export type Deprecation = NonNullable<LoadBalancerType['deprecation']>;
