import { ids } from './fields.js';
import { type Kind, keysOf } from './kind.js';

export const placementGroup: Kind<'placement_group'> = {
  fields: { servers: ids },
  users: ({ servers }) => keysOf('server', servers),
};
