/** helm is called only to seed Cilium and Flux and to check charts. */
export interface HelmInstall {
  kubeconfig: string;
  releaseName: string;
  namespace: string;
  chart: { source: string; name: string; version: string };
  values: Record<string, unknown>;
  /** The chart source speaks plain HTTP. */
  insecure?: boolean;
  timeoutMs?: number;
  signal?: AbortSignal;
}

export interface HelmRelease {
  name: string;
  namespace: string;
  chart: string;
  /** `deployed`, `failed`, `pending-install` … */
  status: string;
  revision: string;
  /** When this revision was begun, ISO 8601. */
  updated: string;
}

/** No helm of ours runs for longer. */
export const helmTimeoutMs = 180_000;

export interface Helm {
  version(): Promise<string>;
  release(kubeconfig: string, namespace: string, name: string): Promise<HelmRelease | undefined>;
  /** What the newest revision was given, over the chart's own values. */
  values(kubeconfig: string, namespace: string, name: string): Promise<Record<string, unknown>>;
  /** Renders without a cluster. */
  template(
    request: Omit<HelmInstall, 'kubeconfig'> & { kubeVersion?: string; apiVersions?: string[] },
  ): Promise<string>;
}

export interface HelmInstaller {
  upgradeInstall(request: HelmInstall): Promise<void>;
}
