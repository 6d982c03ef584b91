import { parseYamlStream } from 'catalyst/support/yaml/read-yaml.js';

/** YAML of a server's user data. Anybody's server may have been given anything: what cannot be read says nothing, as cloud-init has it. */
export function readUserData(text: string): unknown {
  try {
    return parseYamlStream(text)[0] ?? {};
  } catch {
    return {};
  }
}
