/** HTTP towards components, by their public names; `access.connectTo` and `access.caBundle` of the spec are honoured. */
export interface HttpRequest {
  url: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** Dials over this IP family only. */
  family?: 4 | 6;
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Accept any certificate; the chain is reported, not trusted. Default false. */
  insecure?: boolean;
}

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

/** Redirects are not followed. Network failures throw E3002 with host and reason. */
export type Http = (request: HttpRequest) => Promise<HttpAnswer>;

/** What asks and changes nothing. */
export type HttpQuestion = Omit<HttpRequest, 'method' | 'body'> & { method?: 'GET' | 'HEAD' };
export type HttpReader = (request: HttpQuestion) => Promise<HttpAnswer>;
