/**
 * Field numbers of the messages that helm and kubectl write with client-go's typed clients: records of releases, namespaces, and questions
 * of access. `name=number:type`, type `string` when left out. `[]` list, `{}` map of strings to it, `?` a pointer in Go (its zero counts
 * as set).
 */
export const messages: Record<string, string> = {
  Unknown: 'typeMeta=1:TypeMeta raw=2:bytes contentEncoding=3 contentType=4',
  TypeMeta: 'apiVersion=1 kind=2',
  Time: 'seconds=1:int64 nanos=2:int32',
  ObjectMeta:
    'name=1 generateName=2 namespace=3 uid=5 resourceVersion=6 generation=7:int64 creationTimestamp=8:Time ' +
    'deletionTimestamp=9:Time labels=11:string{} annotations=12:string{} ownerReferences=13:OwnerReference[] finalizers=14:string[]',
  OwnerReference: 'kind=1 name=3 uid=4 apiVersion=5 controller=6:bool? blockOwnerDeletion=7:bool?',
  DeleteOptions:
    'gracePeriodSeconds=1:int64? preconditions=2:Preconditions orphanDependents=3:bool? propagationPolicy=4 dryRun=5:string[]',
  Preconditions: 'uid=1 resourceVersion=2',

  Secret: 'metadata=1:ObjectMeta data=2:bytes{} type=3 stringData=4:string{} immutable=5:bool?',
  ConfigMap: 'metadata=1:ObjectMeta data=2:string{} binaryData=3:bytes{} immutable=4:bool?',
  Namespace: 'metadata=1:ObjectMeta spec=2:NamespaceSpec',
  NamespaceSpec: 'finalizers=1:string[]',

  SelfSubjectAccessReview: 'metadata=1:ObjectMeta spec=2:SelfSubjectAccessReviewSpec',
  SelfSubjectAccessReviewSpec:
    'resourceAttributes=1:ResourceAttributes? nonResourceAttributes=2:NonResourceAttributes?',
  ResourceAttributes: 'namespace=1 verb=2 group=3 version=4 resource=5 subresource=6 name=7',
  NonResourceAttributes: 'path=1 verb=2',
};
