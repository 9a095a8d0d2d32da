// Command chaincode is the process that an organisation runs beside its peer: CATS as
// a service. The peer connects to it over mutual TLS; nobody else can.
//
// Environment:
//
//	CHAINCODE_ID              package identification under which peers know it
//	CHAINCODE_SERVER_ADDRESS  host:port to listen on
//	CHAINCODE_TLS_CERT        certificate file (PEM) of this server
//	CHAINCODE_TLS_KEY         its key file (PEM)
//	CHAINCODE_TLS_CLIENT_CA   certificates (PEM) of those whose clients, the peers, may connect
//	CATS_FOUNDING             founding document that this organisation agrees to; its digest is what counts
//	CHAINCODE_PPROF           host:port for profiles; not set, no profiles
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	_ "net/http/pprof" //nolint:gosec // served on CHAINCODE_PPROF alone, when that is set
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"

	"carec.example/cats/chaincode/contract"
	"carec.example/cats/chaincode/ledger"
)

// version of the rules; all organisations must run the same.
const version = "0.1.0"

// grace is how long transactions in flight may take to finish after a signal to end.
const grace = 2 * time.Second

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	if err := run(log); err != nil {
		log.Error("chaincode stopped", "error", err)
		os.Exit(1)
	}
}

func run(log *slog.Logger) error {
	tls, err := tlsFromEnvironment()
	if err != nil {
		return err
	}
	founding, err := foundingDigest()
	if err != nil {
		return err
	}
	cc, err := contract.New(contract.Config{Founding: founding, Version: version, Build: build(), Log: log})
	if err != nil {
		return err
	}
	server := &shim.ChaincodeServer{
		CCID: os.Getenv("CHAINCODE_ID"), Address: os.Getenv("CHAINCODE_SERVER_ADDRESS"), CC: cc, TLSProps: *tls,
	}
	if server.CCID == "" || server.Address == "" {
		return errors.New("CHAINCODE_ID and CHAINCODE_SERVER_ADDRESS must be set")
	}
	serveProfiles(log)
	failed := make(chan error, 1)
	go func() { failed <- server.Start() }()
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	log.Info("chaincode serves", "address", server.Address, "id", server.CCID, "version", version, "build", build())
	select {
	case err := <-failed:
		return fmt.Errorf("couldn't serve: %w", err)
	case <-stop:
		// The server cannot be told to stop. Peers try a broken transaction elsewhere.
		time.Sleep(grace)
		return nil
	}
}

func tlsFromEnvironment() (*shim.TLSProperties, error) {
	var t shim.TLSProperties
	for _, f := range []struct {
		name string
		into *[]byte
	}{{"CHAINCODE_TLS_CERT", &t.Cert}, {"CHAINCODE_TLS_KEY", &t.Key}, {"CHAINCODE_TLS_CLIENT_CA", &t.ClientCACerts}} {
		path := os.Getenv(f.name)
		if path == "" {
			return nil, fmt.Errorf("%s must be set: the chaincode serves over mutual TLS only", f.name)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("couldn't read %s: %w", f.name, err)
		}
		*f.into = b
	}
	return &t, nil
}

func foundingDigest() (string, error) {
	path := os.Getenv("CATS_FOUNDING")
	if path == "" {
		return "", nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("couldn't read the founding document: %w", err)
	}
	return ledger.Digest(b), nil
}

// build is the beginning of the SHA-256 of this program. Builds are reproducible, so that organisations which run the same
// rules show the same; the version of the chaincode's definition ends in it.
func build() string {
	program, err := os.Executable()
	if err != nil {
		return "unknown"
	}
	f, err := os.Open(program)
	if err != nil {
		return "unknown"
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return "unknown"
	}
	return hex.EncodeToString(hash.Sum(nil))[:12]
}

func serveProfiles(log *slog.Logger) {
	address := os.Getenv("CHAINCODE_PPROF")
	if address == "" {
		return
	}
	go func() {
		server := &http.Server{Addr: address, ReadHeaderTimeout: 5 * time.Second}
		log.Error("profiles ended", "error", server.ListenAndServe())
	}()
}
