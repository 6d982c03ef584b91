// Crossplane's core and its RBAC manager as they are released, but for one thing: what they listen on answers on loopback
// only, for which they have no flag, and the renderer for other tools is left out.
package main

import (
	"net"

	"github.com/alecthomas/kong"
	"github.com/crossplane/crossplane-runtime/v2/pkg/logging"
	"github.com/crossplane/crossplane/apis/v2"
	"github.com/crossplane/crossplane/v2/cmd/crossplane/core"
	"github.com/crossplane/crossplane/v2/cmd/crossplane/rbac"
	admission "k8s.io/api/admissionregistration/v1"
	extensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	kubernetes "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
)

func main() {
	var commands struct {
		Core core.Command `cmd:""`
		Rbac rbac.Command `cmd:""`
	}
	log := zap.New().WithName("crossplane")
	ctrl.SetLogger(log)
	ctrl.NewManager = onLoopback
	asked := kong.Parse(&commands, kong.Name("crossplane"), core.KongVars,
		kong.BindTo(logging.NewLogrLogger(log), (*logging.Logger)(nil)))
	kinds := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		kubernetes.AddToScheme, admission.AddToScheme, extensions.AddToScheme, apis.AddToScheme,
	} {
		asked.FatalIfErrorf(add(kinds))
	}
	asked.FatalIfErrorf(asked.Run(kinds))
}

func onLoopback(config *rest.Config, options manager.Options) (manager.Manager, error) {
	for _, address := range []*string{&options.Metrics.BindAddress, &options.HealthProbeBindAddress} {
		if _, port, err := net.SplitHostPort(*address); err == nil {
			*address = net.JoinHostPort("127.0.0.1", port)
		}
	}
	if options.Metrics.BindAddress == "" {
		options.Metrics.BindAddress = "0" // none
	}
	if server, ok := options.WebhookServer.(*webhook.DefaultServer); ok {
		server.Options.Host = "127.0.0.1"
	}
	return manager.New(config, options)
}
