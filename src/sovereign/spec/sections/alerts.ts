/** Who is told in sovereign.yaml what a round finds. */
import { z } from 'zod';

export const alertsSchema = z.strictObject({
  webhook: z.boolean().default(false).meta({
    description: 'To the webhook whose address is the credential alert-webhook.',
  }),
  flux: z.boolean().default(false).meta({
    description:
      "As an event of GitRepository flux-system/flux-system, which an Alert of the Sovereign's own Flux forwards.",
  }),
});
