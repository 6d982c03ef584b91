module engines.local/crds-alloy

go 1.26.0

require github.com/grafana/alloy v1.11.0
