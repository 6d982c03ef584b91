// Package register names the one provider that the Sovereign's tree uses. Upstream's file of this name brings some forty,
// whose libraries are three fifths of all packages.
package register

import _ "github.com/external-secrets/external-secrets/pkg/provider/vault"
