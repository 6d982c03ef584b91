/**
 * One registry of secrets for a run. Everything that leaves the process (screen, journal, plan, evidence, errors, logs of
 * child processes) passes through `redact`. Base64 forms are masked too, since Kubernetes Secrets carry them.
 */
export interface Redactor {
  register(secret: string | undefined): void;
  redact(text: string): string;
}

const mask = '••••••';

export function createRedactor(): Redactor {
  const known = new Set<string>();
  let ordered: string[] = [];
  return {
    register(secret) {
      if (secret === undefined || secret.length < 6 || known.has(secret)) return;
      known.add(secret);
      known.add(Buffer.from(secret).toString('base64'));
      known.add(encodeURIComponent(secret));
      for (const line of secret.split('\n')) if (line.length >= 16) known.add(line);
      ordered = [...known].sort((a, b) => b.length - a.length);
    },
    redact(text) {
      let out = text;
      for (const secret of ordered) if (out.includes(secret)) out = out.replaceAll(secret, mask);
      return out;
    },
  };
}
