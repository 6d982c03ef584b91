/** What single fields of sovereign.yaml may hold, in words for the person who reads a finding. */
import { z } from 'zod';

const label = /^[a-z]([a-z0-9-]*[a-z0-9])?$/;
export const dnsLabel = z
  .string()
  .max(63)
  .regex(label, 'lower-case letters, digits and dashes; begins with a letter, ends with a letter or digit');
export const fqdn = z
  .string()
  .max(253)
  .regex(
    /^[a-z][a-z0-9-]*[a-z0-9]?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/,
    'a lower-case domain name with at least two labels',
  );
export const email = z.string().regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'an e-mail address');
export const httpUrl = z.string().regex(/^https?:\/\/[^\s]+$/, 'an http:// or https:// address');
export const hostPort = z.string().regex(/^(\[[0-9a-f:]+\]|[^\s:]+):\d{1,5}$/, 'host:port');
export const connectTarget = z
  .string()
  .regex(/^(socks5:\/\/)?(\[[0-9a-f:]+\]|[^\s:/]+):\d{1,5}$/, 'host:port or socks5://host:port');
export const secretName = z.string().regex(/^[a-z0-9.-]+\/[a-z0-9.-]+$/, 'namespace/name of a Secret');
export const serviceName = z.string().regex(/^[a-z0-9-]+\/[a-z0-9-]+:\d{1,5}$/, 'namespace/name:port of a Service');
export const imageName = z
  .string()
  .regex(/^[a-z0-9][a-zA-Z0-9._:/-]*(@sha256:[0-9a-f]{64})?$/, 'an image name without tag, with or without a digest');
export const serverType = z.string().regex(/^[a-z]+[0-9]+$/, 'a Hetzner server type such as cx43');
export const count = z.number().int();

export const describe = <T extends z.ZodType>(type: T, description: string): T => type.meta({ description }) as T;
