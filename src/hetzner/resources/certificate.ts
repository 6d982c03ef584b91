import { z } from 'zod';
import { withId } from './fields.js';
import { type Kind, keysOf } from './kind.js';

export const certificate: Kind<'certificate'> = {
  fields: { used_by: z.array(withId) },
  users: ({ used_by }) =>
    keysOf(
      'load_balancer',
      used_by.map(({ id }) => id),
    ),
};
