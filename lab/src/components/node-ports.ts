/** NodePorts of a cluster of the lab: one leads somewhere while a Ready pod stands behind its Service, and resets who comes else. */
import type { Lab } from '../controllers/engine.js';
import { isReady } from '../controllers/pods.js';
import { podsBehind } from '../controllers/services.js';
import { openGate } from '../gate.js';

/** The pods that a NodePort leads to are Ready. */
export function isOpen(lab: Pick<Lab, 'store'>, nodePort: number): boolean {
  return lab.store
    .list('v1/Service')
    .some(
      (service) =>
        ((service.spec.ports ?? []) as { nodePort?: number }[]).some((port) => port.nodePort === nodePort) &&
        podsBehind(service, lab).some(isReady),
    );
}

interface Ports {
  http: number;
  https: number;
}

/** Loopback ports that lead to those of a program on this machine as its NodePorts would. */
export async function openNodePorts(lab: Pick<Lab, 'store'>, nodePorts: Ports, program: Ports) {
  const [http, https] = await Promise.all(
    (['http', 'https'] as const).map((one) => openGate({ admits: () => isOpen(lab, nodePorts[one]) })),
  );
  http!.lead(program.http);
  https!.lead(program.https);
  return { http: http!, https: https!, close: async () => void (await Promise.all([http!.close(), https!.close()])) };
}
