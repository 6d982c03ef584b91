/** Settings of a Gitea for a lab: those of its release, in which only what needs another process, SSH or the chart's own folders is replaced. */
import { userInfo } from 'node:os';
import { join } from 'node:path';

type Sections = Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>;

export interface GiteaSettings {
  directory: string;
  port: number;
  /** Folder with Gitea's own `templates`, `options` and `public`. */
  static: string;
  /** `gitea.config` of the release's values. */
  config: Sections;
}

/** `app.ini`; Gitea adds the secrets it makes for itself. */
export function giteaSettings({ directory, port, static: own, config }: GiteaSettings): string {
  const replaced: Sections = {
    server: {
      PROTOCOL: 'http',
      HTTP_ADDR: '127.0.0.1',
      HTTP_PORT: port,
      STATIC_ROOT_PATH: own,
      APP_DATA_PATH: join(directory, 'data'),
      DISABLE_SSH: true,
    },
    database: {
      DB_TYPE: 'sqlite3',
      PATH: join(directory, 'gitea.db'),
      // its commands and its server use the file at once: half a second, its default, is not long on a busy machine, and then a right token is refused
      SQLITE_TIMEOUT: 20_000,
      SQLITE_JOURNAL_MODE: 'WAL',
    },
    queue: { DATADIR: join(directory, 'queues') },
    // what the chart sets whatever the values say
    repository: { ROOT: join(directory, 'repositories') },
    security: { INSTALL_LOCK: true },
    indexer: { ISSUE_INDEXER_TYPE: 'db' },
    log: { MODE: 'console', LEVEL: 'Warn' },
  };
  const names = [...new Set([...Object.keys(config), ...Object.keys(replaced)])];
  const root = { APP_NAME: 'Gitea', RUN_MODE: 'prod', RUN_USER: userInfo().username, WORK_PATH: directory };
  // it refuses to run as root, whom a lab in a container often runs as
  const asRoot = process.getuid?.() === 0 ? { I_AM_BEING_UNSAFE_RUNNING_AS_ROOT: true } : {};
  const lines = (values: object) => Object.entries(values).map(([key, value]) => `${key} = ${value}`);
  return [
    ...lines({ ...root, ...asRoot }),
    ...names.flatMap((name) => [
      '',
      `[${name}]`,
      ...lines({ ...(name === 'database' ? {} : config[name]), ...replaced[name] }),
    ]),
    '',
  ].join('\n');
}
