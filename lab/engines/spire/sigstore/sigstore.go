package sigstore

import (
	"context"
	"errors"
)

var errNotBuilt = errors.New("this SPIRE has been built without signatures of images")

// Verifier says what is signed of an image.
type Verifier interface {
	Verify(ctx context.Context, imageID string) ([]string, error)
}

// ImageVerifier takes the place of upstream's, which brings all of Sigstore: our configuration asks for no signatures.
type ImageVerifier struct{}

func NewVerifier(*Config) *ImageVerifier { return &ImageVerifier{} }

func (*ImageVerifier) Init(context.Context) error { return errNotBuilt }

func (*ImageVerifier) Verify(context.Context, string) ([]string, error) { return nil, errNotBuilt }
