/** What pods that run to their end do: probes by their label, known jobs by their container; anything else ends well. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { messageOf } from 'catalyst/support/errors/errors.js';
import { environmentOf } from '../../../components/component.js';
import type { ReconcileContext } from '../../reconciler.js';
import type { Exit } from '../kubelet.js';

export interface ProgramCall {
  pod: KubeObject;
  /** Environment of the container, Secrets and ConfigMaps resolved. */
  env: Record<string, string>;
  lab: ReconcileContext;
}

/** Answers what goes to the termination log, or 'waiting' to be asked again; throwing is a failed container. */
export type Program = (call: ProgramCall) => Promise<object | 'waiting'> | object | 'waiting';

export interface Programs {
  /** By value of the label `catalyst.openova.io/probe`. */
  probes: Record<string, Program>;
  /** By value of the label `catalyst.openova.io/job`. */
  jobs: Record<string, Program>;
  /** By name of the container. */
  containers: Record<string, Program>;
  /** Asked first: what runs here as it stands. */
  script?: RunPod<undefined>;
}

/** A Pod that ends, run once more or looked at again. */
export type RunPod<Else = never> = (pod: KubeObject, lab: ReconcileContext) => Promise<Exit | 'waiting'> | Else;

const PROBE = 'catalyst.openova.io/probe';
const JOB = 'catalyst.openova.io/job';

export function createRunner(programs: Programs): RunPod {
  return async (pod, lab) => {
    const labels = pod.metadata.labels ?? {};
    const probe = labels[PROBE];
    const job = labels[JOB];
    const container: string = pod.spec.containers?.[0]?.name ?? '';
    if (probe && lab.faults.holds('broken-proof', probe))
      return { code: 1, message: `a lab fault breaks the probe ${probe}` };
    const real = programs.script?.(pod, lab);
    if (real) return real;
    if (probe && !programs.probes[probe]) return { code: 127, message: `this lab does not know the probe ${probe}` };
    if (job && !programs.jobs[job]) return { code: 127, message: `this lab does not know the job ${job}` };
    const program = probe ? programs.probes[probe] : job ? programs.jobs[job] : programs.containers[container];
    if (!program) return { code: 0 };
    try {
      const said = await program({ pod, env: environmentOf(pod, lab), lab });
      return said === 'waiting' ? 'waiting' : { code: 0, message: JSON.stringify(said) };
    } catch (error) {
      return { code: 1, message: messageOf(error) };
    }
  };
}
