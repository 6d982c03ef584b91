/** Where charts come from in sovereign.yaml, and what is other than the catalog says, by Blueprint. */
import { z } from 'zod';
import { describe, dnsLabel, imageName } from '../field-types.js';

export const chartsSchema = z
  .strictObject({
    mirror: describe(
      z
        .string()
        .regex(/^(oci|https?):\/\/[^\s]+$/)
        .optional(),
      'Registry to pull all charts from, such as oci://harbor.example.org/charts.',
    ),
    insecure: z.boolean().default(false).meta({ description: 'The mirror speaks plain HTTP (a lab).' }),
    secretRef: describe(
      z
        .strictObject({
          name: describe(dnsLabel, 'Name of the Secret, in every namespace of the tree.'),
          hosts: describe(
            z.array(z.string().regex(/^[a-z0-9.-]+(:\d+)?$/, 'a host such as ghcr.io')).min(1),
            'Registries that need the login, such as ghcr.io.',
          ),
          username: z
            .string()
            .regex(/^[^:\s]+$/, 'a name without colon or blank')
            .default('catalyst')
            .meta({ description: 'User name that goes with the token; ghcr.io accepts any.' }),
        })
        .optional(),
      'Login for private registries, for Flux and every Pod; its value is the credential registry-token: a token, or a docker config.',
    ),
    tokenService: describe(
      z
        .string()
        .regex(/^[a-z0-9.-]+$/)
        .optional(),
      "Host of a registry's token service that receives the registry's login, if it is not the registry itself.",
    ),
  })
  .prefault({});

export const blueprintsSchema = z
  .record(
    z.string(),
    z.strictObject({
      version: describe(z.string().optional(), 'A chart version other than the pinned one.'),
      source: describe(
        z
          .string()
          .regex(/^(oci|https):\/\/[^\s]+$/, 'an oci:// or https:// address without the name of the chart')
          .optional(),
        'Another source of its charts, which takes precedence over charts.mirror: oci://… or https://…, without the name of the chart.',
      ),
      values: describe(z.record(z.string(), z.unknown()).optional(), 'Values merged over those of the Blueprint.'),
      images: describe(
        z.record(z.string(), imageName).optional(),
        'Where to pull its images from instead: name without tag → mirrored name, by digest. Written by blueprint mirror --images --write.',
      ),
    }),
  )
  .default({});
