// Package approle is empty: the module proxy does not have the real one, which only tests of OpenBao import.
package approle
