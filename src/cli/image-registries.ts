/** How `blueprint mirror --images` reaches registries: the spec's roads, helm's logins. */
import type { Context } from '../actions/context.js';
import type { ImageMirror } from '../actions/mirror-images.js';
import type { Sovereign } from '../sovereign/schema.js';
import { createHttpStream } from '../tools/http-stream.js';
import { registryLogin } from '../tools/registry-login.js';

export function imageRegistries(
  { env, signal }: Pick<Context, 'env' | 'signal'>,
  sovereign: Sovereign,
  flags: { 'images-to'?: string; insecure: boolean },
  charts: string,
): Omit<ImageMirror, 'act'> {
  const { connectTo, caBundle } = sovereign.spec.access;
  const host = charts.replace(/^oci:\/\//, '').split('/')[0] as string;
  const registry = flags['images-to'] ?? `${host}/mirror`;
  const plain = flags.insecure ? [registry.split('/')[0]] : [];
  return {
    registry,
    http: createHttpStream({ connectTo, caBundle, signal }),
    async access(name) {
      const at = name === 'docker.io' ? 'registry-1.docker.io' : name;
      // a registry on this very machine has no certificate, as every container tool assumes
      const insecure = plain.includes(name) || /^(127\.\d+\.\d+\.\d+|localhost)(:\d+)?$/.test(name);
      return { origin: `${insecure ? 'http' : 'https'}://${at}`, login: await registryLogin(name, env) };
    },
  };
}
