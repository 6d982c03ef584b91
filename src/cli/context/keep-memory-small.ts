import { setFlagsFromString } from 'node:v8';

/**
 * What works on clusters waits more than it computes, some of it for hours on a laptop, and drops most of what it reads at once. V8 asks
 * for both each time it would make more room: what is youngest gets no more of it, and the rest a third of what it has.
 * `--optimize-for-size` saves no more memory and takes more of the processor.
 */
export function keepMemorySmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=30');
}
