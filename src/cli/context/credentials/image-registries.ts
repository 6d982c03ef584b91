/** Which registries `blueprint mirror --images` copies between, with helm's logins. */
import type { ImageMirror } from '../../../actions/blueprint/mirror-images.js';
import type { Context } from '../../../actions/session/context.js';
import { isLoopback } from '../../../tools/dialer/proxies.js';
import { registryLogin } from '../../../tools/oci/registry-login.js';

export function imageRegistries(
  { env }: Pick<Context, 'env'>,
  flags: { 'images-to'?: string; insecure: boolean },
  charts: string,
  tokenService?: string,
): Omit<ImageMirror, 'act'> {
  const host = charts.replace(/^oci:\/\//, '').split('/')[0] as string;
  const registry = flags['images-to'] ?? `${host}/mirror`;
  const plain = flags.insecure ? [registry.split('/')[0]] : [];
  return {
    registry,
    async access(name) {
      const at = name === 'docker.io' ? 'registry-1.docker.io' : name;
      // a registry on this very machine has no certificate, as every container tool assumes
      const insecure = plain.includes(name) || isLoopback(URL.parse(`http://${name}`)?.hostname ?? '');
      return { origin: `${insecure ? 'http' : 'https'}://${at}`, login: await registryLogin(name, env), tokenService };
    },
  };
}
