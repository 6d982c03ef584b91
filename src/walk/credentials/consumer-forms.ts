/** In which form each consumer of Object Storage sends its objects, by the version and the values that this Sovereign has. */
import { releasesOf } from '../../blueprints/catalog/releases.js';
import { isMap, type Values } from '../../blueprints/render/merge.js';
import { variablesOf } from '../../blueprints/render/variables.js';
import { type BucketConsumer, bucketConsumers } from '../../sovereign/object-storage.js';
import type { RequestForm } from '../../tools/s3/request-forms.js';
import type { World } from '../../world/world.js';

export interface SentBy {
  consumer: BucketConsumer;
  /** For messages: `Loki 3.6.10`. */
  program: string;
  forms: readonly RequestForm[];
}

type Look = (path: string) => unknown;

interface Sender {
  release: string;
  sends: (look: Look) => Omit<SentBy, 'consumer'>;
}

/** By consumer; a test fails for one without an entry. */
const programs: Readonly<Record<string, Sender>> = {
  // distribution writes with SDK v1, which knows no checksum but the signed one
  harbor: { release: 'bp-harbor', sends: () => ({ program: 'Harbor', forms: ['signed'] }) },
  // the plugin (pkg: object_store.go) asks SDK v2 for CRC32 unless its algorithm is empty; kopia writes with minio-go
  velero: {
    release: 'bp-velero',
    sends: (look) => {
      const plain = look('configuration.backupStorageLocation.0.config.checksumAlgorithm') === '';
      return { program: 'Velero', forms: [plain ? 'signed' : 'crc32-trailer', 'unsigned'] };
    },
  },
  loki: {
    release: 'bp-grafana-loki',
    sends: (look) => {
      const version = String(look('loki.image.tag') ?? 'of the chart');
      const thanos = look('loki.storage.use_thanos_objstore') === true;
      return { program: `Loki ${version}`, forms: [thanos ? 'unsigned' : lokiForm(version)] };
    },
  },
  // both write with minio-go
  mimir: { release: 'bp-grafana-mimir', sends: () => ({ program: 'Mimir', forms: ['unsigned'] }) },
  tempo: { release: 'bp-grafana-tempo', sends: () => ({ program: 'Tempo', forms: ['unsigned'] }) },
  // CloudNativePG's barman (boto3), with checksums only where S3 requires them; k3s writes snapshots of etcd with minio-go
  postgres: {
    release: 'bp-cnpg',
    sends: () => ({ program: 'the backup of PostgreSQL', forms: ['signed', 'unsigned'] }),
  },
  etcd: { release: '', sends: () => ({ program: 'k3s', forms: ['unsigned'] }) },
  // vector: the Rust SDK knows a body in memory whole, and sends its sum ahead
  openbao: { release: 'bp-openbao', sends: () => ({ program: 'the audit shipper', forms: ['crc32-header'] }) },
};

/**
 * pkg/storage/chunk/client/aws/s3_storage_client.go: up to 3.6.10 with an SDK before default checksums; 3.7.0 and 3.7.1 with one that
 * adds CRC32; all others ask for SHA-256. Either is a trailer.
 */
export function lokiForm(version: string): RequestForm {
  const [, major = 0, minor = 0, patch = 0] = (/^v?(\d+)\.(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  if (major > 0 && major * 1e6 + minor * 1e3 + patch <= 3_006_010) return 'signed';
  return major === 3 && minor === 7 && patch <= 1 ? 'crc32-trailer' : 'sha256-trailer';
}

export function consumerForms({ sovereign, blueprints }: Pick<World, 'sovereign' | 'blueprints'>): SentBy[] {
  const releases = blueprints.flatMap((one) => releasesOf(one, sovereign, variablesOf(sovereign)));
  return bucketConsumers.flatMap((consumer) => {
    const sender = programs[consumer];
    const values = releases.find(({ name }) => name === sender?.release)?.values ?? {};
    return sender ? [{ consumer, ...sender.sends((path) => valueAt(values, path.split('.'))) }] : [];
  });
}

function valueAt(values: Values, [key, ...rest]: string[]): unknown {
  const value = Array.isArray(values) ? values[Number(key)] : values[key ?? ''];
  if (rest.length === 0) return value;
  return isMap(value) || Array.isArray(value) ? valueAt(value as Values, rest) : undefined;
}
