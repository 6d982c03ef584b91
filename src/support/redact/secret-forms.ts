/** The forms in which a secret may appear in what leaves the process. Pure. */

/** Shorter forms would appear by chance. */
export const shortestForm = 6;

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** The secret itself first. */
export function secretForms(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const url = encodeURIComponent(secret.replaceAll(/\p{Cs}/gu, '\ufffd'));
  const texts = [
    secret,
    json,
    url,
    url.replaceAll('%20', '+'),
    url.toLowerCase(),
    secret.replaceAll(/[&<>"']/g, (one) => entities[one]!),
    Buffer.from(secret).toString('hex'),
    ...secret.split('\n').filter((line) => line.length >= 16),
  ];
  const encoded = [...new Set([secret, json])].flatMap((text) => base64Forms(Buffer.from(text)));
  // `user:secret` in base64, inside a Docker config that is itself a Secret in base64.
  const twice = encoded.flatMap((text) => base64Forms(Buffer.from(text)));
  return [...new Set([...texts, ...encoded, ...twice])].filter((form) => form.length >= shortestForm);
}

/**
 * base64 of the bytes, and the part of it that stays the same wherever they stand in something longer (`user:secret`, `Bearer
 * secret`): three bytes make four characters, so there are three such parts.
 */
function base64Forms(bytes: Buffer): string[] {
  const inside = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  // A part of fewer characters is as likely by chance as by the secret.
  const both = [bytes.toString('base64'), ...inside.filter((part) => part.length >= 8)];
  return both.flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_')]);
}
