/**
 * Field numbers of the messages that helm and kubectl write with client-go's typed clients: `name=number:type`, type `string`
 * when left out. `[]` list, `{}` map of strings to it, `?` a pointer in Go (its zero counts as set), `^` inlined in JSON.
 */
export const messages: Record<string, string> = {
  Unknown: 'typeMeta=1:TypeMeta raw=2:bytes contentEncoding=3 contentType=4',
  TypeMeta: 'apiVersion=1 kind=2',
  Time: 'seconds=1:int64 nanos=2:int32',
  MicroTime: 'seconds=1:int64 nanos=2:int32',
  Quantity: 'string=1',
  IntOrString: 'type=1:int64 intVal=2:int32 strVal=3',
  ObjectMeta:
    'name=1 generateName=2 namespace=3 uid=5 resourceVersion=6 generation=7:int64 creationTimestamp=8:Time ' +
    'deletionTimestamp=9:Time labels=11:string{} annotations=12:string{} ownerReferences=13:OwnerReference[] finalizers=14:string[]',
  OwnerReference: 'kind=1 name=3 uid=4 apiVersion=5 controller=6:bool? blockOwnerDeletion=7:bool?',
  LabelSelector: 'matchLabels=1:string{} matchExpressions=2:LabelSelectorRequirement[]',
  LabelSelectorRequirement: 'key=1 operator=2 values=3:string[]',
  DeleteOptions:
    'gracePeriodSeconds=1:int64? preconditions=2:Preconditions orphanDependents=3:bool? propagationPolicy=4 dryRun=5:string[]',
  Preconditions: 'uid=1 resourceVersion=2',

  Secret: 'metadata=1:ObjectMeta data=2:bytes{} type=3 stringData=4:string{} immutable=5:bool?',
  ConfigMap: 'metadata=1:ObjectMeta data=2:string{} binaryData=3:bytes{} immutable=4:bool?',
  Namespace: 'metadata=1:ObjectMeta spec=2:NamespaceSpec',
  NamespaceSpec: 'finalizers=1:string[]',
  ServiceAccount:
    'metadata=1:ObjectMeta secrets=2:ObjectReference[] imagePullSecrets=3:LocalObjectReference[] automountServiceAccountToken=4:bool?',
  ObjectReference: 'kind=1 namespace=2 name=3 uid=4 apiVersion=5 resourceVersion=6 fieldPath=7',
  LocalObjectReference: 'name=1',
  'v1/Event':
    'metadata=1:ObjectMeta involvedObject=2:ObjectReference reason=3 message=4 source=5:EventSource firstTimestamp=6:Time ' +
    'lastTimestamp=7:Time count=8:int32 type=9 eventTime=10:MicroTime action=12 related=13:ObjectReference ' +
    'reportingComponent=14 reportingInstance=15',
  'events.k8s.io/v1/Event':
    'metadata=1:ObjectMeta eventTime=2:MicroTime reportingController=4 reportingInstance=5 action=6 reason=7 ' +
    'regarding=8:ObjectReference related=9:ObjectReference note=10 type=11',
  EventSource: 'component=1 host=2',
  ResourceQuota: 'metadata=1:ObjectMeta spec=2:ResourceQuotaSpec',
  ResourceQuotaSpec: 'hard=1:Quantity{} scopes=2:string[]',
  Service: 'metadata=1:ObjectMeta spec=2:ServiceSpec',
  ServiceSpec:
    'ports=1:ServicePort[] selector=2:string{} clusterIP=3 type=4 externalIPs=5:string[] sessionAffinity=7 loadBalancerIP=8 ' +
    'externalName=10 externalTrafficPolicy=11 publishNotReadyAddresses=13:bool ipFamilyPolicy=17 clusterIPs=18:string[] ' +
    'ipFamilies=19:string[] allocateLoadBalancerNodePorts=20:bool? loadBalancerClass=21 internalTrafficPolicy=22',
  ServicePort: 'name=1 protocol=2 port=3:int32 targetPort=4:IntOrString nodePort=5:int32 appProtocol=6',

  Pod: 'metadata=1:ObjectMeta spec=2:PodSpec',
  PodTemplateSpec: 'metadata=1:ObjectMeta spec=2:PodSpec',
  PodSpec:
    'volumes=1:Volume[] containers=2:Container[] restartPolicy=3 terminationGracePeriodSeconds=4:int64? ' +
    'activeDeadlineSeconds=5:int64? dnsPolicy=6 nodeSelector=7:string{} serviceAccountName=8 serviceAccount=9 nodeName=10 ' +
    'hostNetwork=11:bool hostPID=12:bool securityContext=14:PodSecurityContext? imagePullSecrets=15:LocalObjectReference[] ' +
    'hostname=16 subdomain=17 schedulerName=19 initContainers=20:Container[] automountServiceAccountToken=21:bool? ' +
    'tolerations=22:Toleration[] priorityClassName=24 enableServiceLinks=30:bool?',
  Container:
    'name=1 image=2 command=3:string[] args=4:string[] workingDir=5 ports=6:ContainerPort[] env=7:EnvVar[] ' +
    'resources=8:ResourceRequirements volumeMounts=9:VolumeMount[] terminationMessagePath=13 imagePullPolicy=14 ' +
    'securityContext=15:SecurityContext? stdin=16:bool stdinOnce=17:bool tty=18:bool envFrom=19:EnvFromSource[] terminationMessagePolicy=20',
  ContainerPort: 'name=1 hostPort=2:int32 containerPort=3:int32 protocol=4 hostIP=5',
  EnvVar: 'name=1 value=2 valueFrom=3:EnvVarSource?',
  EnvVarSource: 'fieldRef=1:ObjectFieldSelector configMapKeyRef=3:KeySelector secretKeyRef=4:KeySelector',
  ObjectFieldSelector: 'apiVersion=1 fieldPath=2',
  KeySelector: 'localObjectReference=1:LocalObjectReference^ key=2 optional=3:bool?',
  EnvFromSource: 'prefix=1 configMapRef=2:EnvSource secretRef=3:EnvSource',
  EnvSource: 'localObjectReference=1:LocalObjectReference^ optional=2:bool?',
  ResourceRequirements: 'limits=1:Quantity{} requests=2:Quantity{}',
  VolumeMount: 'name=1 readOnly=2:bool mountPath=3 subPath=4',
  Volume: 'name=1 volumeSource=2:VolumeSource^',
  VolumeSource:
    'hostPath=1:HostPath emptyDir=2:EmptyDir? secret=6:SecretVolume? persistentVolumeClaim=10:ClaimVolume configMap=19:ConfigMapVolume?',
  HostPath: 'path=1 type=2',
  EmptyDir: 'medium=1 sizeLimit=2:Quantity',
  SecretVolume: 'secretName=1 items=2:KeyToPath[] defaultMode=3:int32? optional=4:bool?',
  ClaimVolume: 'claimName=1 readOnly=2:bool',
  ConfigMapVolume:
    'localObjectReference=1:LocalObjectReference^ items=2:KeyToPath[] defaultMode=3:int32? optional=4:bool?',
  KeyToPath: 'key=1 path=2 mode=3:int32?',
  SecurityContext:
    'capabilities=1:Capabilities privileged=2:bool? runAsUser=4:int64? runAsNonRoot=5:bool? readOnlyRootFilesystem=6:bool? ' +
    'allowPrivilegeEscalation=7:bool? runAsGroup=8:int64?',
  PodSecurityContext: 'runAsUser=2:int64? runAsNonRoot=3:bool? fsGroup=5:int64? runAsGroup=6:int64?',
  Capabilities: 'add=1:string[] drop=2:string[]',
  Toleration: 'key=1 operator=2 value=3 effect=4 tolerationSeconds=5:int64?',
  Deployment: 'metadata=1:ObjectMeta spec=2:DeploymentSpec',
  DeploymentSpec:
    'replicas=1:int32? selector=2:LabelSelector? template=3:PodTemplateSpec strategy=4:DeploymentStrategy minReadySeconds=5:int32 ' +
    'revisionHistoryLimit=6:int32? paused=7:bool progressDeadlineSeconds=9:int32?',
  DeploymentStrategy: 'type=1 rollingUpdate=2:RollingUpdate?',
  RollingUpdate: 'maxUnavailable=1:IntOrString maxSurge=2:IntOrString',
  Job: 'metadata=1:ObjectMeta spec=2:JobSpec',
  JobSpec:
    'parallelism=1:int32? completions=2:int32? activeDeadlineSeconds=3:int64? selector=4:LabelSelector manualSelector=5:bool? ' +
    'template=6:PodTemplateSpec backoffLimit=7:int32? ttlSecondsAfterFinished=8:int32? completionMode=9 suspend=10:bool?',
  CronJob: 'metadata=1:ObjectMeta spec=2:CronJobSpec',
  CronJobSpec:
    'schedule=1 startingDeadlineSeconds=2:int64? concurrencyPolicy=3 suspend=4:bool? jobTemplate=5:JobTemplateSpec ' +
    'successfulJobsHistoryLimit=6:int32? failedJobsHistoryLimit=7:int32? timeZone=8',
  JobTemplateSpec: 'metadata=1:ObjectMeta spec=2:JobSpec',
  Ingress: 'metadata=1:ObjectMeta spec=2:IngressSpec',
  IngressSpec: 'defaultBackend=1:IngressBackend tls=2:IngressTLS[] rules=3:IngressRule[] ingressClassName=4',
  IngressTLS: 'hosts=1:string[] secretName=2',
  IngressRule: 'host=1 ingressRuleValue=2:IngressRuleValue^',
  IngressRuleValue: 'http=1:HTTPIngressRuleValue',
  HTTPIngressRuleValue: 'paths=1:HTTPIngressPath[]',
  HTTPIngressPath: 'path=1 backend=2:IngressBackend pathType=3',
  IngressBackend: 'service=4:IngressServiceBackend',
  IngressServiceBackend: 'name=1 port=2:ServiceBackendPort',
  ServiceBackendPort: 'name=1 number=2:int32',
  Lease: 'metadata=1:ObjectMeta spec=2:LeaseSpec',
  LeaseSpec:
    'holderIdentity=1 leaseDurationSeconds=2:int32? acquireTime=3:MicroTime renewTime=4:MicroTime leaseTransitions=5:int32?',
  Role: 'metadata=1:ObjectMeta rules=2:PolicyRule[]',
  ClusterRole: 'metadata=1:ObjectMeta rules=2:PolicyRule[] aggregationRule=3:AggregationRule',
  AggregationRule: 'clusterRoleSelectors=1:LabelSelector[]',
  PolicyRule:
    'verbs=1:string[] apiGroups=2:string[] resources=3:string[] resourceNames=4:string[] nonResourceURLs=5:string[]',
  RoleBinding: 'metadata=1:ObjectMeta subjects=2:Subject[] roleRef=3:RoleRef',
  ClusterRoleBinding: 'metadata=1:ObjectMeta subjects=2:Subject[] roleRef=3:RoleRef',
  Subject: 'kind=1 apiGroup=2 name=3 namespace=4',
  RoleRef: 'apiGroup=1 kind=2 name=3',
  PriorityClass: 'metadata=1:ObjectMeta value=2:int32 globalDefault=3:bool description=4 preemptionPolicy=5',
  PodDisruptionBudget: 'metadata=1:ObjectMeta spec=2:PodDisruptionBudgetSpec',
  PodDisruptionBudgetSpec: 'minAvailable=1:IntOrString selector=2:LabelSelector? maxUnavailable=3:IntOrString',
  Eviction: 'metadata=1:ObjectMeta deleteOptions=2:DeleteOptions?',
  Scale: 'metadata=1:ObjectMeta spec=2:ScaleSpec?',
  ScaleSpec: 'replicas=1:int32?',

  SubjectAccessReview: 'metadata=1:ObjectMeta spec=2:SubjectAccessReviewSpec',
  LocalSubjectAccessReview: 'metadata=1:ObjectMeta spec=2:SubjectAccessReviewSpec',
  SelfSubjectAccessReview: 'metadata=1:ObjectMeta spec=2:SubjectAccessReviewSpec',
  SubjectAccessReviewSpec:
    'resourceAttributes=1:ResourceAttributes? nonResourceAttributes=2:NonResourceAttributes? user=3 groups=4:string[] uid=6',
  ResourceAttributes: 'namespace=1 verb=2 group=3 version=4 resource=5 subresource=6 name=7',
  NonResourceAttributes: 'path=1 verb=2',
  SelfSubjectRulesReview: 'metadata=1:ObjectMeta spec=2:SelfSubjectRulesReviewSpec',
  SelfSubjectRulesReviewSpec: 'namespace=1',
  SelfSubjectReview: 'metadata=1:ObjectMeta',
  TokenReview: 'metadata=1:ObjectMeta spec=2:TokenReviewSpec',
  TokenReviewSpec: 'token=1 audiences=2:string[]',
  TokenRequest: 'metadata=1:ObjectMeta spec=2:TokenRequestSpec',
  TokenRequestSpec: 'audiences=1:string[] expirationSeconds=4:int64?',
};
