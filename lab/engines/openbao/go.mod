module engines.local/openbao

go 1.26.0

// 2.4.0, by its commit: the module proxy answers for no release of it by name
require github.com/openbao/openbao v0.0.0-20250828202315-f9407a27fbee

replace (
	github.com/openbao/openbao/api/auth/approle/v2 => ./approle
	github.com/openbao/openbao/api/auth/userpass/v2 => ./userpass
	github.com/openbao/openbao/api/v2 => github.com/openbao/openbao/api/v2 v2.4.0
	github.com/openbao/openbao/sdk/v2 => github.com/openbao/openbao/sdk/v2 v2.4.0
)
