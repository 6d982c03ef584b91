// Package ecs gives the settings of a provider that a lab never has; its libraries, those of Amazon, take a fifth of the build.
package ecs

import (
	"errors"

	"github.com/traefik/traefik/v3/pkg/config/dynamic"
	"github.com/traefik/traefik/v3/pkg/safe"
)

// ProviderName is what it is called in the settings.
const ProviderName = "ecs"

// Provider gives nothing.
type Provider struct{}

// SetDefaults has none to set.
func (p *Provider) SetDefaults() {}

// Init refuses to be asked for.
func (p *Provider) Init() error {
	return errors.New("this Traefik has been built without the provider ecs")
}

// Provide gives nothing.
func (p *Provider) Provide(chan<- dynamic.Message, *safe.Pool) error {
	return nil
}
