/**
 * The forms in which programs send an object. A store may take one and refuse the other, or keep the framing of a form that it does
 * not know as part of the object.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { RunS3 } from '../s3-connection.js';

export const requestForms = {
  signed: 'a body whose SHA-256 is signed',
  unsigned: 'a body that is not signed (UNSIGNED-PAYLOAD)',
  'crc32-header': 'a CRC32 in a header',
  'crc32-trailer': 'aws-chunked with a CRC32 trailer (STREAMING-UNSIGNED-PAYLOAD-TRAILER)',
  'sha256-trailer': 'aws-chunked with a SHA-256 trailer (STREAMING-UNSIGNED-PAYLOAD-TRAILER)',
} as const;
export type RequestForm = keyof typeof requestForms;

export interface FormWriter {
  /** Writes an object in that form. */
  putAs(form: RequestForm, bucket: string, key: string, body: string): Promise<void>;
}

interface Request {
  headers: Record<string, string>;
  body: unknown;
}

const sums = {
  crc32: (body: string) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(crc32(body));
    return bytes.toString('base64');
  },
  sha256: (body: string) => createHash('sha256').update(body).digest('base64'),
};

/** Headers and body of the form, for a request that is yet to be signed. */
export function shaped(form: RequestForm, body: string): Request {
  switch (form) {
    case 'signed':
      return { headers: {}, body };
    case 'unsigned':
      return { headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }, body };
    case 'crc32-header':
      return { headers: { 'x-amz-checksum-crc32': sums.crc32(body) }, body };
    case 'crc32-trailer':
      return chunked('crc32', body);
    case 'sha256-trailer':
      return chunked('sha256', body);
  }
}

function chunked(sum: keyof typeof sums, body: string): Request {
  const size = Buffer.byteLength(body);
  const trailer = `x-amz-checksum-${sum}`;
  const coded = `${size.toString(16)}\r\n${body}\r\n0\r\n${trailer}:${sums[sum](body)}\r\n\r\n`;
  const headers = {
    'content-encoding': 'aws-chunked',
    'content-length': String(Buffer.byteLength(coded)),
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'x-amz-decoded-content-length': String(size),
    'x-amz-trailer': trailer,
  };
  return { headers, body: coded };
}

export function formCalls(run: RunS3): FormWriter {
  return {
    putAs: (form, bucket, key, body) =>
      run(`write ${bucket}/${key} as ${requestForms[form]}`, async ({ s3, send }) => {
        const command = new s3.PutObjectCommand({ Bucket: bucket, Key: key, Body: body });
        command.middlewareStack.add(
          (next) => (args) => {
            const request = args.request as Request;
            const { headers, body: coded } = shaped(form, body);
            Object.assign(request, { body: coded, headers: { ...request.headers, ...headers } });
            return next(args);
          },
          { step: 'build', name: 'catalystRequestForm' },
        );
        await send(command);
      }),
  };
}
