/**
 * What a node says when it pulls an image, in the words of containerd 2.1 (core/remotes/docker: resolver.go, auth/fetch.go) as the
 * kubelet 1.35 (pkg/kubelet/images/image_manager.go) puts them into the Pod's status.
 */
import { parseImage } from 'catalyst/tools/oci/image-name.js';
import { hostOf, knownAs, repositoryOf } from './known-images.js';

export interface ImagePulls {
  /** Why the image does not come, with these logins (`user:password` by host); undefined when it does. */
  refusal(
    image: string,
    logins: ReadonlyMap<string, readonly string[]>,
  ): { reason: string; message: string } | undefined;
}

/** @param login the one login that private images take, by host */
export function createImagePulls(login: ReadonlyMap<string, string>): ImagePulls {
  return {
    refusal(image, logins) {
      const name = parseImage(image);
      if (!name)
        return {
          reason: 'InvalidImageName',
          message: `couldn't parse image name "${image}": invalid reference format`,
        };
      const host = hostOf(name.registry);
      const known = knownAs(image);
      const full = `${name.registry}/${name.repository}${name.tag ? `:${name.tag}` : ''}${name.digest ? `@${name.digest}` : ''}`;
      const failed = (why: string) => ({
        reason: 'ErrImagePull',
        message: `failed to pull and unpack image "${full}": failed to resolve reference "${full}": ${why}`,
      });
      const given = logins.get(name.registry) ?? [];
      const right = given.includes(login.get(name.registry) ?? '');
      // with a login for the registry the kubelet tries no other way
      if (given.length > 0 && !right)
        return failed(
          `pulling from host ${host} failed with status code [manifests ${name.tag ?? ''}]: 403 Forbidden: denied`,
        );
      const kind = repositoryOf(host, name.repository);
      if (!right && (known?.private || kind !== 'public'))
        return failed(
          `failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://${host}/token?scope=repository%3A${encodeURIComponent(name.repository)}%3Apull&service=${host}: 401 Unauthorized`,
        );
      return known ? undefined : failed(`${full}: not found`);
    },
  };
}
