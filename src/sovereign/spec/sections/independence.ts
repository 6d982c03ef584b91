/** How independent the Sovereign has to be, in sovereign.yaml. */
import { z } from 'zod';
import { describe } from '../field-types.js';

export const independenceSchema = z
  .strictObject({
    grade: z.enum(['L1', 'L2', 'L3']).default('L1').meta({
      description:
        'What the verdict must prove that nothing reaches: L1 the mother, L2 OpenOva as well, L3 any public source of what runs.',
    }),
    accepted: z
      .array(
        z.strictObject({
          what: describe(z.string().min(1), 'Id of a finding of verify umbilical, or the place it is in, exactly.'),
          why: describe(z.string().min(1), 'Why it may stay, and what will end it.'),
          until: describe(
            z.union(
              [z.iso.date(), z.string().regex(/^\d+[dh]$/)],
              'a date such as 2027-03-01, or a span from the handover such as 90d',
            ),
            'Until when: a date such as 2027-03-01, or a span from the handover such as 90d. Later the finding is open again.',
          ),
        }),
      )
      .default([])
      .meta({ description: 'Findings of the umbilical scan that may stay for a while.' }),
  })
  .prefault({});
