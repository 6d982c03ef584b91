/** A command of catalyst with what it took: seconds, and the most memory that it had. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a command took, from its start to its end; `follow` is given the process and how to wait for what it says. */
export async function measured(args, options, follow) {
  const from = performance.now();
  const child = spawn(process.execPath, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const text = { stdout: '', stderr: '' };
  const waiting = new Set();
  for (const stream of ['stdout', 'stderr'])
    child[stream].on('data', (data) => {
      text[stream] += data;
      for (const wait of waiting) if (wait.pattern.test(text.stderr)) wait.resolve();
    });
  const said = (pattern) => new Promise((resolve) => waiting.add({ pattern, resolve }));
  let peakMb = 0;
  const look = setInterval(() => (peakMb = Math.max(peakMb, peakOf(child.pid))), 100);
  void follow?.(child, said).catch(() => undefined);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(look);
  return { ...text, code, peakMb, seconds: (performance.now() - from) / 1000 };
}

function peakOf(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
