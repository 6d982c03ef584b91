// Package ecs needs nothing of this file.
package ecs
