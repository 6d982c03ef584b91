/** The images that probes run. Preflight asks for them as it does for those of the tree. The agents' image of #382 is the tree's. */
export const probeImages = {
  shell: 'curlimages/curl:8.17.0',
  web: 'traefik/whoami:v1.11.0',
  valkey: 'valkey/valkey:9.0.1-alpine',
  nats: 'natsio/nats-box:0.19.2',
  postgres: 'ghcr.io/cloudnative-pg/postgresql:17.6',
  pause: 'registry.k8s.io/pause:3.10',
} as const;
