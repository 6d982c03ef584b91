/** #381: a log line, a metric and a trace that a Pod sends are found again through Grafana's data sources. */

import { randomBytes } from 'node:crypto';
import { secretValues } from '../../../kubernetes/secret-values.js';
import { waitUntil } from '../../../support/wait.js';
import type { HttpAnswer } from '../../../tools/http/http.js';
import type { World } from '../../../world/world.js';
import { probeImages } from '../../probes/probe-images.js';
import { type ProbeJob, probeJobMutations, runProbe } from '../../probes/probe-job.js';
import { disproved, type ProofOf } from '../proof.js';

/** The log line goes the way of every Pod's log; metric and trace go by OTLP to Alloy. `TRACE` is 32 hex digits. */
const job = (trace: string): ProbeJob => ({
  name: 'telemetry-send',
  image: probeImages.shell,
  env: { TRACE: trace, OTLP: 'http://alloy.observability.svc.cluster.local:4318' },
  script: `set -e
echo "catalyst-probe $TRACE"
now=$(date +%s)000000000
curl -fsS -H 'content-type: application/json' "$OTLP/v1/metrics" -d '{"resourceMetrics":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"catalyst-probe"}}]},"scopeMetrics":[{"metrics":[{"name":"catalyst_probe","gauge":{"dataPoints":[{"asInt":"1","timeUnixNano":"'$now'","attributes":[{"key":"probe","value":{"stringValue":"'$TRACE'"}}]}]}}]}]}]}'
curl -fsS -H 'content-type: application/json' "$OTLP/v1/traces" -d '{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"catalyst-probe"}}]},"scopeSpans":[{"spans":[{"traceId":"'$TRACE'","spanId":"'$(echo $TRACE | cut -c1-16)'","name":"probe","kind":1,"startTimeUnixNano":"'$now'","endTimeUnixNano":"'$now'"}]}]}]}'
printf '{"sent":"%s"}' "$TRACE" > /dev/termination-log`,
});

export const telemetryFound: ProofOf = (world) => ({
  plan: () => probeJobMutations(job('')),
  async take(context) {
    const trace = randomBytes(16).toString('hex');
    const kube = await world.kube();
    const admin = await secretValues(kube, 'observability', 'grafana-admin', ['admin-user', 'admin-password']);
    const authorization = `Basic ${Buffer.from(`${admin['admin-user']}:${admin['admin-password']}`).toString('base64')}`;
    const query = (path: string) =>
      world.http({
        url: `https://grafana.${world.sovereign.spec.fqdn}/api/datasources/proxy/uid/${path}`,
        headers: { authorization },
      });
    const logs = new URLSearchParams({ query: `{namespace="catalyst-probes"} |= "${trace}"`, limit: '1' });
    const metrics = new URLSearchParams({ query: `catalyst_probe{probe="${trace}"}` });
    // The Pod's log goes with the Pod, and Alloy learns of Pods every 5 s: it stays until the line is found.
    await runProbe<{ sent: string }>(kube, context, job(trace), async ({ sent }) => {
      if (sent !== trace) throw disproved('#381', `the probe to send ${trace}`, sent);
      await found(world, 'log line', trace, () => query(`loki/loki/api/v1/query_range?${logs}`));
      await found(world, 'metric', trace, () => query(`mimir/api/v1/query?${metrics}`));
      await found(world, 'trace', 'catalyst-probe', () => query(`tempo/api/traces/${trace}`));
    });
    return { summary: 'a log line, a metric and a trace were found again through Grafana', facts: { trace } };
  },
});

function found(world: World, what: string, marker: string, ask: () => Promise<HttpAnswer>): Promise<true> {
  return waitUntil<true>({
    reason: `the probe's ${what} in Grafana`,
    timeoutMs: 180_000,
    clock: world.clock,
    signal: world.signal,
    look: async () => {
      const answer = await ask();
      if (answer.status === 401 || answer.status === 403)
        throw disproved('#381', 'Grafana to accept its admin', `HTTP ${answer.status}`);
      return answer.status === 200 && answer.text.includes(marker)
        ? { done: true }
        : { pending: `${what}: HTTP ${answer.status}, not found yet` };
    },
  });
}
