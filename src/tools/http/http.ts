/** HTTP toward components, by their public names; `access.connectTo` and `access.caBundle` of the spec are honored. */
export interface HttpRequest {
  url: string;
  method?: 'GET' | 'HEAD';
  headers?: Record<string, string>;
  /** Dials over this IP family only. */
  family?: 4 | 6;
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Accept any certificate; the chain is reported, not trusted. Default false. */
  insecure?: boolean;
  /** May go over a connection that an earlier request has left open; the answer then comes without its certificate. */
  kept?: boolean;
  /** For what is read once and judged: a connection that is cut on the way says nothing about the server, so it is asked twice more. */
  again?: boolean;
}

/** What may change something. */
export type HttpChange = Omit<HttpRequest, 'method'> & { method: string; body?: string | Uint8Array };

export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  text: string;
  /** Leaf certificate seen, when TLS. */
  certificate?: {
    subject: string;
    issuer: string;
    sans: string[];
    sha256: string;
    validTo: string;
    authorized: boolean;
  };
}

/** Asks and changes nothing. Redirects are not followed. Network failures throw E3002 with host and reason. */
export type Http = (request: HttpRequest) => Promise<HttpAnswer>;

/** The same with any method. */
export type HttpWriter = (request: HttpRequest | HttpChange) => Promise<HttpAnswer>;

/** Asks `url` for a token as `id` with `secret`. */
export type SignIn = (request: { url: string; id: string; secret: string }) => Promise<HttpAnswer>;

/** The one POST that is a question. */
export function signInBy(http: HttpWriter): SignIn {
  return ({ url, id, secret }) =>
    http({
      url,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret }).toString(),
    });
}
