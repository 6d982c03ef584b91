module engines.local/traefik

go 1.26.0

// the version that the chart of templates/blueprints/bp-traefik installs
require github.com/traefik/traefik/v3 v3.7.11

// lies inside Traefik's repository, and is in no module of its own
replace github.com/traefik/traefik/dynamic/ext => ./ext

// as Traefik itself replaces them; the newer go-http-auth that it names cannot be had
replace github.com/abbot/go-http-auth => github.com/containous/go-http-auth v0.4.1-0.20200324110947-a37a7636d23e

replace github.com/gorilla/mux => github.com/containous/mux v0.0.0-20250523120546-41b6ec3aed59

exclude github.com/tencentcloud/tencentcloud-sdk-go v3.0.83+incompatible
