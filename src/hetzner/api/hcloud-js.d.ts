declare module 'hcloud-js' {
  import type { AxiosInstance } from 'axios';

  /** The part of hcloud-js 1.4 that still fits today's API: an authenticated axios instance. */
  export class Client {
    constructor(options: { token: string; baseURL?: string; proxy?: false });
    readonly axios: AxiosInstance;
  }
}
