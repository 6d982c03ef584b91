module engines.local/crds-trivy

go 1.26.0

require github.com/aquasecurity/trivy-operator v0.28.0
