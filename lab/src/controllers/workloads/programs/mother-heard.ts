/** What curl would say from a pod of the Sovereign that asks the mother for one page: its status, 0 where nothing answers. */
import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { egressTo } from '../../network/egress.js';
import type { Program } from './programs.js';

const timeoutMs = 8000;

export const motherHeard: Program = async ({ env, lab }) => {
  const url = new URL(env['URL'] ?? '');
  const secure = url.protocol === 'https:';
  const { place } = await egressTo(lab, url.hostname, Number(url.port || (secure ? 443 : 80)));
  if (!place) return { status: 0 };
  const status = await new Promise<number>((resolve) => {
    const call = (secure ? overHttps : overHttp)(
      {
        ...place,
        path: `${url.pathname}${url.search}`,
        headers: { host: url.host },
        agent: false,
        timeout: timeoutMs,
        ...(secure ? { servername: url.hostname, rejectUnauthorized: false } : {}),
      },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      },
    );
    call.on('timeout', () => call.destroy(new Error('timeout')));
    call.on('error', () => resolve(0));
    call.end();
  });
  return { status };
};
