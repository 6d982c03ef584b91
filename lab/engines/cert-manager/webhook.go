package main

import (
	"context"

	"github.com/spf13/pflag"

	"github.com/cert-manager/cert-manager/internal/webhook"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
	"github.com/cert-manager/cert-manager/pkg/webhook/options"
	"github.com/cert-manager/cert-manager/pkg/webhook/server"
)

// runWebhook judges cert-manager's kinds for the API server, with a certificate of an authority that it keeps in a Secret.
func runWebhook(ctx context.Context, args []string) error {
	configuration, err := options.NewWebhookConfiguration()
	if err != nil {
		return err
	}
	flags := pflag.NewFlagSet("webhook", pflag.ContinueOnError)
	options.AddConfigFlags(flags, configuration)
	if err := flags.Parse(args); err != nil {
		return err
	}
	// nothing asks for health and metrics here, and both would be served to the network
	configuration.MetricsListenAddress = "0"
	withoutHealth := func(served *server.Server) { served.HealthzAddr = nil }
	served, err := webhook.NewCertManagerWebhookServer(logf.FromContext(ctx), *configuration, withoutHealth)
	if err != nil {
		return err
	}
	return served.Run(ctx)
}
