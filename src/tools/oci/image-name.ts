/** Names of images as container runtimes read them: `grafana/loki:3.6` is `docker.io/grafana/loki` at `3.6`. */
export interface ImageName {
  /** As it was written, without tag and digest: by this kustomize knows it. */
  written: string;
  /** `docker.io`, `ghcr.io`, `127.0.0.1:5000`. */
  registry: string;
  /** `library/busybox`. */
  repository: string;
  tag?: string;
  digest?: string;
}

const shape = /^([a-z0-9][a-zA-Z0-9._:/-]*?)(?::([A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/;

/** Undefined when the text is no image name. */
export function parseImage(text: string): ImageName | undefined {
  const match = shape.exec(text);
  if (!match) return undefined;
  const [, written = '', tag, digest] = match;
  const [first = '', ...rest] = written.split('/');
  const named = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const path = named ? rest.join('/') : written;
  const registry = named ? first : 'docker.io';
  const repository = registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path;
  return { written, registry, repository, ...(tag ? { tag } : {}), ...(digest ? { digest } : {}) };
}

/** What to ask the registry for. */
export const referenceOf = ({ tag, digest }: ImageName): string => digest ?? tag ?? 'latest';
