// Package ext is where a Traefik that has been extended adds fields to its configuration; this one is not.
package ext

// HTTP adds nothing to the HTTP part.
type HTTP struct{}

// Router adds nothing to a router.
type Router struct{}
