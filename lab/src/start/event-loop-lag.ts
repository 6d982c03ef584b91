/** Says so when this process did not get to answer for a while: whoever reads of a slow answer should know whose it was. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const everyMs = 5000;
const longMs = 1000;

/** Nanoseconds, as Node tells them. */
interface Delay {
  max: number;
  reset(): void;
  disable(): void;
}

/** Looks at the delay of the event loop every five seconds; `say` hears of a second and more. Keeps no process alive. */
export function reportEventLoopLag(say: (text: string) => void, delay: Delay = measured()): { stop(): void } {
  const timer = setInterval(() => {
    const heldMs = Math.round(delay.max / 1e6);
    delay.reset();
    if (heldMs >= longMs) say(`could not respond for ${heldMs} ms: this machine or the lab was busy`);
  }, everyMs);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      delay.disable();
    },
  };
}

function measured(): Delay {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  return delay;
}
