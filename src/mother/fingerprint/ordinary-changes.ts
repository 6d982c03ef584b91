/**
 * What controllers change all the time in a protected namespace without anybody meaning to: data, each with its reason. An
 * object that is left out is judged through its owner, which is compared as a whole. Everything that is not here counts.
 */
export interface OrdinaryChange {
  kind: string;
  /** API groups; left out: whichever. */
  groups?: readonly string[];
  /**
   * `always`: never compared. `owned`: not compared where a controller owns the object (an object that nobody owns was made by
   * hand). Paths: not compared within the object.
   */
  except: 'always' | 'owned' | readonly string[];
  /** Of `owned`: kinds of controller that count; left out: every one. */
  owners?: readonly string[];
  reason: string;
}

export const ordinaryChanges: readonly OrdinaryChange[] = [
  { kind: 'Event', except: 'always', reason: 'a report of what happened; it expires' },
  { kind: 'Lease', except: 'always', reason: 'a heartbeat: its holder renews it every few seconds' },
  { kind: 'Pod', except: 'owned', reason: 're-created by its workload, whose template is compared' },
  { kind: 'ReplicaSet', except: 'owned', reason: 'made by its Deployment, whose template is compared' },
  { kind: 'ControllerRevision', except: 'owned', reason: 'history of a StatefulSet or DaemonSet, which is compared' },
  { kind: 'Job', except: 'owned', reason: 'a run of a CronJob, whose template is compared' },
  { kind: 'Endpoints', except: 'owned', reason: 'addresses of the Pods behind the Service of the same name' },
  { kind: 'EndpointSlice', except: 'owned', reason: 'addresses of the Pods behind a Service, which is compared' },
  { kind: 'CiliumEndpoint', except: 'owned', reason: "a Pod's address" },
  { kind: 'CertificateRequest', except: 'owned', reason: 'one renewal of a Certificate, which is compared' },
  { kind: 'Order', groups: ['acme.cert-manager.io'], except: 'owned', reason: 'one renewal of a Certificate' },
  { kind: 'Challenge', groups: ['acme.cert-manager.io'], except: 'owned', reason: 'one renewal of a Certificate' },
  ...['Ingress', 'Service', 'HTTPRoute'].map((kind) => ({
    ...{ kind, except: 'owned' as const, owners: ['Challenge'] },
    reason: 'answers the certificate authority during one renewal, then goes',
  })),
  { kind: 'Backup', groups: ['postgresql.cnpg.io'], except: 'owned', reason: 'one run of a ScheduledBackup' },
  { kind: 'PodMetrics', except: 'always', reason: 'a measurement of this moment' },
  { kind: 'PolicyReport', except: 'always', reason: 'what a scanner found; nothing acts on it' },
  { kind: 'EphemeralReport', except: 'always', reason: 'what a scanner found; nothing acts on it' },
  { kind: 'VulnerabilityReport', except: 'always', reason: 'what a scanner found; nothing acts on it' },
  { kind: 'ConfigAuditReport', except: 'always', reason: 'what a scanner found; nothing acts on it' },
  { kind: 'ExposedSecretReport', except: 'always', reason: 'what a scanner found; nothing acts on it' },
  { kind: 'RbacAssessmentReport', except: 'always', reason: 'what a scanner found; nothing acts on it' },
  { kind: 'SbomReport', except: 'always', reason: 'what a scanner found; nothing acts on it' },
  {
    kind: 'PersistentVolumeClaim',
    except: ['spec.volumeName'],
    reason: 'written once, when the first Pod that mounts it is scheduled',
  },
];

/** Groups whose objects are measurements; a server of theirs that is down takes nothing away. */
export const measurementGroups: readonly string[] = [
  'metrics.k8s.io',
  'custom.metrics.k8s.io',
  'external.metrics.k8s.io',
];

/** Parts of any object that are not compared. */
export const ordinaryParts: readonly { part: string; reason: string }[] = [
  { part: 'status', reason: 'what controllers observe; whether the demos answer is seen at their pages' },
  { part: 'metadata.managedFields', reason: 'who wrote which field when; the fields are compared' },
  { part: 'metadata.resourceVersion', reason: 'changes with every write, of status too' },
];

export const ordinaryAnnotations: readonly { name: string; reason: string }[] = [
  { name: 'control-plane.alpha.kubernetes.io/leader', reason: 'a heartbeat of leader election' },
  { name: 'endpoints.kubernetes.io/last-change-trigger-time', reason: 'when Pods behind a Service last changed' },
  { name: 'deployment.kubernetes.io/revision', reason: 'counts templates; the template is compared' },
  { name: 'reconcile.fluxcd.io/requestedAt', reason: 'a nudge to look again, which changes nothing' },
  { name: 'autoscaling.alpha.kubernetes.io/conditions', reason: 'status of an autoscaler' },
  { name: 'autoscaling.alpha.kubernetes.io/current-metrics', reason: 'status of an autoscaler' },
  { name: 'pv.kubernetes.io/bind-completed', reason: 'written once, at the binding of a claim' },
  { name: 'pv.kubernetes.io/bound-by-controller', reason: 'written once, at the binding of a claim' },
  { name: 'volume.kubernetes.io/selected-node', reason: 'written once, at the scheduling of the first Pod' },
  { name: 'volume.kubernetes.io/storage-provisioner', reason: 'written once, at the binding of a claim' },
  { name: 'volume.beta.kubernetes.io/storage-provisioner', reason: 'written once, at the binding of a claim' },
];
