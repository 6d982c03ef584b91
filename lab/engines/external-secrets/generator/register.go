// Package register names no generator: the Sovereign's tree has none.
package register
