/** Whether something speaks TLS on a loopback port by now, whatever certificate it shows. */
import { connect } from 'node:tls';
import type { Clock } from '../../support/clock.js';

/** Resolves once it does; rejects after 20 s. */
export async function tlsAnswers(port: number, clock: Clock): Promise<void> {
  const deadline = AbortSignal.timeout(20_000);
  while (!(await shakesHands(port)))
    await clock.sleep(50, deadline).catch(() => {
      throw new Error(`nothing speaks TLS on port ${port} within 20s`);
    });
}

function shakesHands(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    const end = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(3000, () => end(false));
    socket.once('secureConnect', () => end(true));
    socket.once('error', () => end(false));
  });
}
