module engines.local/nats

go 1.26.0

// the version that the chart of templates/blueprints/bp-nats-jetstream runs
require github.com/nats-io/nats-server/v2 v2.14.2
