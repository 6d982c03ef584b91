// One program for what cert-manager's charts run as four: controller, webhook, cainjector, and the solver of DNS-01 challenges
// that writes to PowerDNS. Upstream's own main functions are modules of their own that cannot be had, so this wires the same
// parts together; what it leaves out stands in docs/engines.md.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"

	logf "github.com/cert-manager/cert-manager/pkg/logs"
)

var parts = map[string]func(ctx context.Context, args []string) error{
	"controller": runController,
	"webhook":    runWebhook,
	"cainjector": runCAInjector,
	"solver":     runSolver,
}

func main() {
	if len(os.Args) < 2 || parts[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: cert-manager controller|webhook|cainjector|solver [flags]")
		os.Exit(2)
	}
	name := os.Args[1]
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	logf.InitLogs()
	ctrl.SetLogger(klog.NewKlogr())
	if err := parts[name](logf.NewContext(ctx, klog.NewKlogr(), name), os.Args[2:]); err != nil {
		klog.ErrorS(err, "ended", "part", name)
		klog.Flush()
		os.Exit(1)
	}
}
