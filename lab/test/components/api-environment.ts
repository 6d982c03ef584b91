/**
 * Environment variables that catalyst-api reads at 4f80be2, each with the file that reads it (below products/catalyst/bootstrap/api),
 * and whether its default is the mother's or upstream's own.
 */
export const apiEnvironment: Readonly<Record<string, { readBy: string; foreign?: true }>> = {
  PORT: { readBy: 'cmd/api/main.go:16' },
  CORS_ORIGIN: { readBy: 'cmd/api/main.go:17' },
  DYNADOT_MANAGED_DOMAINS: { readBy: 'internal/pdm/client.go:272, internal/dynadot/dynadot.go:207', foreign: true },
  DYNADOT_DOMAIN: { readBy: 'internal/pdm/client.go:278, internal/dynadot/dynadot.go:217' },
  DYNADOT_API_KEY: { readBy: 'internal/handler/handler.go:166' },
  DYNADOT_API_SECRET: { readBy: 'internal/handler/handler.go:167' },
  POOL_DOMAIN_MANAGER_URL: {
    readBy: 'internal/handler/handler.go:136, internal/handler/registrar.go:231',
    foreign: true,
  },
  CATALYST_DEPLOYMENTS_DIR: { readBy: 'internal/handler/handler.go:141' },
  CATALYST_KUBECONFIGS_DIR: { readBy: 'internal/handler/handler.go:146' },
  CATALYST_EXECUTIONS_DIR: { readBy: 'internal/jobs/store.go:49' },
  CATALYST_GHCR_PULL_TOKEN: { readBy: 'internal/handler/deployments.go:573, internal/provisioner/provisioner.go:410' },
  CATALYST_PHASE1_WATCH_TIMEOUT: { readBy: 'internal/handler/phase1_watch.go:44' },
  CATALYST_PHASE1_MIN_BOOTSTRAP_KIT_HRS: { readBy: 'internal/handler/phase1_watch.go:52' },
  CATALYST_PHASE1_FIRST_SEEN_TIMEOUT: { readBy: 'internal/handler/phase1_watch.go:59' },
  CATALYST_TOFU_MODULE_PATH: { readBy: 'internal/provisioner/provisioner.go:408' },
  CATALYST_TOFU_WORKDIR: { readBy: 'internal/provisioner/provisioner.go:409' },
  CATALYST_GITOPS_REPO_URL: { readBy: 'internal/provisioner/provisioner.go:623', foreign: true },
  CATALYST_GITOPS_BRANCH: { readBy: 'internal/provisioner/provisioner.go:624' },
  CATALYST_API_PUBLIC_URL: { readBy: 'internal/provisioner/provisioner.go:652', foreign: true },
};
