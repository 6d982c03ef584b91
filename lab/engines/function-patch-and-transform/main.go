// The composition function that the tree's Compositions name. Its own module is not to be had, so this is what it was made
// from: the patches and transforms of Crossplane 1.20, behind the server of the SDK that all functions are made with.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	schema "github.com/crossplane/crossplane/apis/apiextensions/v1"
	patching "github.com/crossplane/crossplane/internal/controller/apiextensions/composite"
	"github.com/crossplane/crossplane-runtime/pkg/resource/unstructured/composed"
	"github.com/crossplane/crossplane-runtime/pkg/resource/unstructured/composite"
	sdk "github.com/crossplane/function-sdk-go"
	proto "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/request"
	"github.com/crossplane/function-sdk-go/resource"
	desired "github.com/crossplane/function-sdk-go/resource/composed"
	"github.com/crossplane/function-sdk-go/response"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:9443", "address")
	certificates := flag.String("tls-certs-dir", os.Getenv("TLS_SERVER_CERTS_DIR"), "folder of tls.crt, tls.key and ca.crt")
	flag.Parse()
	if err := sdk.Serve(function{}, sdk.Listen("tcp", *listen), sdk.MTLSCertificates(*certificates)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type function struct {
	proto.UnimplementedFunctionRunnerServiceServer
}

func (function) RunFunction(_ context.Context, asked *proto.RunFunctionRequest) (*proto.RunFunctionResponse, error) {
	answer := response.To(asked, response.DefaultTTL)
	if err := compose(asked, answer); err != nil {
		fmt.Fprintln(os.Stderr, err)
		response.Fatal(answer, err)
	}
	return answer, nil
}

// What a step of a Composition's pipeline gives as input.
type input struct {
	APIVersion string                    `json:"apiVersion"`
	Kind       string                    `json:"kind"`
	PatchSets  []schema.PatchSet         `json:"patchSets"`
	Resources  []schema.ComposedTemplate `json:"resources"`
}

func compose(asked *proto.RunFunctionRequest, answer *proto.RunFunctionResponse) error {
	templates, err := templatesOf(asked)
	if err != nil {
		return fmt.Errorf("invalid Function input: %w", err)
	}
	seen, err := request.GetObservedCompositeResource(asked)
	if err != nil {
		return err
	}
	wanted, err := request.GetDesiredCompositeResource(asked)
	if err != nil {
		return err
	}
	wanted.Resource.SetGroupVersionKind(seen.Resource.GroupVersionKind())
	made, err := request.GetObservedComposedResources(asked)
	if err != nil {
		return err
	}
	all, err := request.GetDesiredComposedResources(asked)
	if err != nil {
		return err
	}
	from := &composite.Unstructured{Unstructured: seen.Resource.Unstructured}
	to := &composite.Unstructured{Unstructured: wanted.Resource.Unstructured}
	for index := range templates {
		template := &templates[index]
		one := composed.New()
		if err := patching.RenderFromJSON(one, template.Base.Raw); err != nil {
			return fmt.Errorf("base of resource %q: %w", *template.Name, err)
		}
		if err := patching.RenderFromCompositePatches(one, from, template.Patches); err != nil {
			return fmt.Errorf("resource %q: %w", *template.Name, err)
		}
		ready := resource.ReadyFalse
		if present, ok := made[resource.Name(*template.Name)]; ok {
			there := &composed.Unstructured{Unstructured: present.Resource.Unstructured}
			if err := patching.RenderToCompositePatches(to, there, template.Patches); err != nil {
				return fmt.Errorf("resource %q: %w", *template.Name, err)
			}
			checks := patching.ReadinessChecksFromComposedTemplate(template)
			is, err := patching.IsReady(context.Background(), there, checks...)
			if err != nil {
				return fmt.Errorf("readiness of resource %q: %w", *template.Name, err)
			}
			if is {
				ready = resource.ReadyTrue
			}
		}
		all[resource.Name(*template.Name)] = &resource.DesiredComposed{
			Resource: &desired.Unstructured{Unstructured: one.Unstructured},
			Ready:    ready,
		}
	}
	wanted.Resource.Unstructured = to.Unstructured
	if err := response.SetDesiredCompositeResource(answer, wanted); err != nil {
		return err
	}
	return response.SetDesiredComposedResources(answer, all)
}

// The resources to compose, with the patch sets that they name put in; an unknown field is an error.
func templatesOf(asked *proto.RunFunctionRequest) ([]schema.ComposedTemplate, error) {
	text, err := asked.GetInput().MarshalJSON()
	if err != nil {
		return nil, err
	}
	var given input
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&given); err != nil {
		return nil, err
	}
	templates, err := patching.ComposedTemplates(given.PatchSets, given.Resources)
	if err != nil {
		return nil, err
	}
	for index := range templates {
		template := &templates[index]
		if template.Name == nil {
			return nil, fmt.Errorf("resources[%d].name is required", index)
		}
		for at := range template.Patches {
			patch := &template.Patches[at]
			patch.Type = patch.GetType() // the API server would fill it in
			if err := patch.Validate(); err != nil {
				return nil, fmt.Errorf("resource %q: %w", *template.Name, err)
			}
		}
	}
	return templates, nil
}
