/** How independent the Sovereign has to be, in sovereign.yaml. */
import { z } from 'zod';
import { describe } from '../field-types.js';

export const independenceSchema = z
  .strictObject({
    grade: z.enum(['L1', 'L2', 'L3']).default('L1').meta({
      description:
        'What nothing may depend on, for the verdict: L1 the mother; L2 also OpenOva; L3 also any public source of what runs.',
    }),
    accepted: z
      .array(
        z.strictObject({
          what: describe(
            z.string().min(1),
            'Exact id of a finding of verify umbilical, or the exact place that it is in.',
          ),
          why: describe(z.string().min(1), 'Why it may stay, and what will end it.'),
          until: describe(
            z.union(
              [z.iso.date(), z.string().regex(/^\d+[dh]$/)],
              'a date such as 2027-03-01, or a span from the handover such as 90d',
            ),
            'Until when: a date such as 2027-03-01, or a span from the handover such as 90d. After that, the finding is open again.',
          ),
        }),
      )
      .default([])
      .meta({ description: 'Findings of the umbilical scan that may stay for a while.' }),
  })
  .prefault({});
