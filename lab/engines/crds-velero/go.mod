module engines.local/crds-velero

go 1.26.0

require github.com/vmware-tanzu/velero v1.18.3
