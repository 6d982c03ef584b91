/**
 * How long Traefik waits for a whole request with its body: `transport.respondingTimeouts.readTimeout` of an entry point, 60 s by default and
 * without end for 0 (Traefik v3.7.9: DefaultReadTimeout in pkg/config/static/static_config.go, its use in pkg/server/server_entrypoint_tcp.go).
 * A lab scales it down, as catalyst does with the body that it sends to a lab.
 */
const scale = 30;
const defaultMs = 60_000;
const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** In milliseconds; undefined: no limit. */
export function readTimeout(args: readonly string[], entryPoint: string): number | undefined {
  const flag = `--entrypoints.${entryPoint}.transport.respondingtimeouts.readtimeout=`;
  const given = args.find((one) => one.toLowerCase().startsWith(flag))?.slice(flag.length);
  const ms = given === undefined ? defaultMs : durationMs(given);
  return ms === 0 ? undefined : ms / scale;
}

/** The arguments with the limit of that entry point as a lab scales it. */
export function withReadTimeout(args: readonly string[], entryPoint: string): string[] {
  const flag = `--entryPoints.${entryPoint}.transport.respondingTimeouts.readTimeout=`;
  const others = args.filter((one) => !one.toLowerCase().startsWith(flag.toLowerCase()));
  return [...others, `${flag}${readTimeout(args, entryPoint) ?? 0}ms`];
}

/** `1h30m`, `90s`; a bare number is of seconds, as Traefik's ptypes.Duration takes it. */
function durationMs(text: string): number {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  return [...text.matchAll(/(\d+)(ms|[smh])/g)].reduce(
    (sum, [, count, unit = 's']) => sum + Number(count) * units[unit]!,
    0,
  );
}
