/** Settings of a Gitea for a lab: what its chart would write, less what needs a database server, mail, SSH or the world. */
import { userInfo } from 'node:os';
import { join } from 'node:path';

export interface GiteaSettings {
  directory: string;
  port: number;
  fqdn: string;
  /** Folder with Gitea's own `templates`, `options` and `public`. */
  static: string;
}

/** `app.ini`; Gitea adds the secrets it makes for itself. */
export function giteaSettings({ directory, port, fqdn, static: own }: GiteaSettings): string {
  const sections: Record<string, Record<string, string | number | boolean>> = {
    server: {
      PROTOCOL: 'http',
      HTTP_ADDR: '127.0.0.1',
      HTTP_PORT: port,
      DOMAIN: `gitea.${fqdn}`,
      ROOT_URL: `https://gitea.${fqdn}/`,
      STATIC_ROOT_PATH: own,
      APP_DATA_PATH: join(directory, 'data'),
      DISABLE_SSH: true,
      OFFLINE_MODE: true,
      LFS_START_SERVER: false,
    },
    database: {
      DB_TYPE: 'sqlite3',
      PATH: join(directory, 'gitea.db'),
      // its commands and its server use the file at once: half a second, its default, is not long on a busy machine, and then a right token is refused
      SQLITE_TIMEOUT: 20_000,
      SQLITE_JOURNAL_MODE: 'WAL',
    },
    repository: { ROOT: join(directory, 'repositories') },
    security: { INSTALL_LOCK: true, PASSWORD_COMPLEXITY: 'off' },
    session: { PROVIDER: 'db' },
    cache: { ADAPTER: 'memory' },
    queue: { TYPE: 'level', DATADIR: join(directory, 'queues') },
    indexer: { ISSUE_INDEXER_TYPE: 'db' },
    service: { DISABLE_REGISTRATION: true },
    actions: { ENABLED: false },
    packages: { ENABLED: false },
    'cron.update_checker': { ENABLED: false },
    log: { MODE: 'console', LEVEL: 'Warn' },
  };
  const root = { APP_NAME: 'Gitea', RUN_MODE: 'prod', RUN_USER: userInfo().username, WORK_PATH: directory };
  // it refuses to run as root, whom a lab in a container often runs as
  const asRoot = process.getuid?.() === 0 ? { I_AM_BEING_UNSAFE_RUNNING_AS_ROOT: true } : {};
  const lines = (values: object) => Object.entries(values).map(([key, value]) => `${key} = ${value}`);
  return [
    ...lines({ ...root, ...asRoot }),
    ...Object.entries(sections).flatMap(([name, values]) => ['', `[${name}]`, ...lines(values)]),
    '',
  ].join('\n');
}
