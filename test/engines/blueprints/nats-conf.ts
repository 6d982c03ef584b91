/**
 * nats.conf, as the chart makes it of values: its settings by section, what `merge` adds, lines of `$include` and `<< >>` unquoted (nats-io/k8s,
 * helm/charts/nats: files/config/{config,jetstream,cluster}.yaml, and nats.formatConfig in templates/_helpers.tpl).
 */
interface Section {
  enabled?: boolean;
  merge?: object;
}

export interface NatsValues {
  config: Section & {
    cluster: Section & { replicas?: number };
    jetstream: Section & {
      fileStore: Section & { dir?: string; maxSize?: string };
      memoryStore: Section & { maxSize?: string };
    };
  };
}

export interface NatsConf {
  [setting: string]: unknown;
  port: number;
  jetstream?: Record<string, unknown>;
  cluster?: { [setting: string]: unknown; port: number; routes: string[] };
}

export function natsConf({ config }: NatsValues): NatsConf {
  const { cluster, jetstream } = config;
  const { fileStore, memoryStore } = jetstream;
  const routes = Array.from({ length: cluster.replicas ?? 3 }, (_, index) => `nats://nats-${index}.nats-headless:6222`);
  return {
    server_name: '<< $POD_NAME >>',
    lame_duck_grace_period: '10s',
    lame_duck_duration: '30s',
    pid_file: '/var/run/nats/nats.pid',
    port: 4222,
    ...(cluster.enabled ? { cluster: { name: 'nats', port: 6222, no_advertise: true, routes, ...cluster.merge } } : {}),
    http_port: 8222,
    ...(jetstream.enabled
      ? {
          jetstream: {
            max_memory_store: memoryStore.enabled ? `<< ${memoryStore.maxSize} >>` : 0,
            ...(fileStore.enabled
              ? { store_dir: fileStore.dir ?? '/data', max_file_store: `<< ${fileStore.maxSize} >>` }
              : { max_file_store: 0 }),
            ...jetstream.merge,
          },
        }
      : {}),
    ...config.merge,
  };
}

/** The file's text. */
export const formatConf = (conf: NatsConf): string =>
  JSON.stringify(conf, undefined, 2)
    .replaceAll(/".*\$include": "(.*)",?/g, 'include $1;')
    .replaceAll(/"<<\s+(.*)\s+>>"/g, '$1');
