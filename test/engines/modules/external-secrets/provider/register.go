// Package register names the one provider that the Sovereign's tree uses. Upstream's file of this name brings some forty,
// whose libraries are nine tenths of the build.
package register

import _ "github.com/external-secrets/external-secrets/pkg/provider/vault"
