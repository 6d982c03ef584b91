package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	acme "github.com/cert-manager/cert-manager/pkg/acme/webhook/apis/acme/v1alpha1"
	"github.com/cert-manager/cert-manager/pkg/acme/webhook/cmd/server"
)

// runSolver answers as an aggregated API of the group that GROUP_NAME names, with the settings of cert-manager-webhook-pdns.
func runSolver(ctx context.Context, args []string) error {
	group := os.Getenv("GROUP_NAME")
	if group == "" {
		return fmt.Errorf("GROUP_NAME is not set")
	}
	command := server.NewCommandStartWebhookServer(ctx, group, &pdns{http: &http.Client{}})
	command.SetArgs(args)
	return command.ExecuteContext(ctx)
}

// settings are what an issuer says in `config` of this solver.
type settings struct {
	Host         string            `json:"host"`
	ServerID     string            `json:"serverID"`
	TTL          int               `json:"ttl"`
	Timeout      int               `json:"timeout"`
	AllowedZones []string          `json:"allowed-zones"`
	Headers      map[string]string `json:"headers"`
	APIKey       struct {
		Name string `json:"name"`
		Key  string `json:"key"`
	} `json:"apiKeySecretRef"`
}

type record struct {
	Content  string `json:"content"`
	Disabled bool   `json:"disabled"`
}

type recordSet struct {
	Name       string   `json:"name"`
	Type       string   `json:"type"`
	TTL        int      `json:"ttl,omitempty"`
	ChangeType string   `json:"changetype,omitempty"`
	Records    []record `json:"records"`
}

// pdns writes TXT records by PowerDNS's API. A set of records is written whole, so two challenges of one name take turns.
type pdns struct {
	http   *http.Client
	client kubernetes.Interface
	turn   sync.Mutex
}

func (*pdns) Name() string { return "pdns" }

func (one *pdns) Initialize(config *rest.Config, _ <-chan struct{}) error {
	client, err := kubernetes.NewForConfig(config)
	one.client = client
	return err
}

func (one *pdns) Present(challenge *acme.ChallengeRequest) error {
	return one.change(challenge, func(there []record, wanted record) []record { return append(there, wanted) })
}

func (one *pdns) CleanUp(challenge *acme.ChallengeRequest) error {
	return one.change(challenge, func(there []record, _ record) []record { return there })
}

// change writes what `next` makes of the records of that name without the challenge's own.
func (one *pdns) change(challenge *acme.ChallengeRequest, next func([]record, record) []record) error {
	said := settings{ServerID: "localhost", TTL: 120, Timeout: 30}
	if err := json.Unmarshal(challenge.Config.Raw, &said); err != nil {
		return fmt.Errorf("config of the solver: %w", err)
	}
	zone := challenge.ResolvedZone
	isThere := func(name string) bool { return strings.TrimSuffix(name, ".") == strings.TrimSuffix(zone, ".") }
	if len(said.AllowedZones) > 0 && !slices.ContainsFunc(said.AllowedZones, isThere) {
		return fmt.Errorf("zone %s is none of the allowed ones: %s", zone, strings.Join(said.AllowedZones, ", "))
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(said.Timeout)*time.Second)
	defer cancel()
	secret, err := one.client.CoreV1().Secrets(challenge.ResourceNamespace).Get(ctx, said.APIKey.Name, meta.GetOptions{})
	if err != nil {
		return fmt.Errorf("the API key of PowerDNS: %w", err)
	}
	address := fmt.Sprintf("%s/api/v1/servers/%s/zones/%s",
		strings.TrimSuffix(said.Host, "/"), url.PathEscape(said.ServerID), url.PathEscape(zone))
	call := func(method string, body any) ([]byte, error) {
		return one.call(ctx, method, address, said, string(secret.Data[said.APIKey.Key]), body)
	}

	one.turn.Lock()
	defer one.turn.Unlock()
	text, err := call(http.MethodGet, nil)
	if err != nil {
		return err
	}
	var found struct {
		RecordSets []recordSet `json:"rrsets"`
	}
	if err := json.Unmarshal(text, &found); err != nil {
		return fmt.Errorf("zone %s: %w", zone, err)
	}
	var there []record
	for _, set := range found.RecordSets {
		if set.Type == "TXT" && strings.EqualFold(set.Name, challenge.ResolvedFQDN) {
			there = set.Records
		}
	}
	wanted := record{Content: strconv.Quote(challenge.Key)}
	others := slices.DeleteFunc(there, func(each record) bool { return each.Content == wanted.Content })
	records := next(others, wanted)
	change := recordSet{Name: challenge.ResolvedFQDN, Type: "TXT", TTL: said.TTL, ChangeType: "REPLACE", Records: records}
	if len(records) == 0 {
		change.ChangeType = "DELETE"
	}
	_, err = call(http.MethodPatch, map[string][]recordSet{"rrsets": {change}})
	return err
}

func (one *pdns) call(ctx context.Context, method, address string, said settings, key string, body any) ([]byte, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	for name, value := range said.Headers {
		request.Header.Set(name, value)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-API-Key", key)
	answer, err := one.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode >= 300 {
		return nil, fmt.Errorf("PowerDNS answered %d to %s %s: %s", answer.StatusCode, method, address, bytes.TrimSpace(got))
	}
	return got, nil
}
