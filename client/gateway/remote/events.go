package remote

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/gateway"
)

// EventsAfter follows the events that concern the caller from a position on, in the order of the ledger, each once. A broken stream
// is opened again where it broke, for as long as the context lasts. The sequence ends with an error when the context ends or the
// gateway refuses the caller.
func (c *Client) EventsAfter(ctx context.Context, at cats.Position) iter.Seq2[*cats.Event, error] {
	return func(yield func(*cats.Event, error) bool) {
		f := &following{c: c, at: at, yield: yield}
		if err := f.run(ctx); err != nil {
			yield(nil, err)
		}
	}
}

// following is a stream of events and how far it has come.
type following struct {
	c     *Client
	at    cats.Position
	yield func(*cats.Event, error) bool
	// over: the reader wants no more.
	over bool
	// failures of late, without an event between them.
	failures int
}

func (f *following) run(ctx context.Context) error {
	k := &call{operation: gateway.EventsOperation}
	for {
		m, err := f.c.message(k)
		if err != nil {
			return err
		}
		m.header["Last-Event-ID"] = strconv.FormatUint(f.at.Block, 10) + "." + f.at.TransactionID
		pause, err := f.read(ctx, k, m)
		switch {
		case f.over:
			return nil
		case ctx.Err() != nil:
			return (&cats.Error{Op: k.operation, Class: cats.Canceled}).Because(ctx.Err())
		case err != nil:
			return err
		}
		f.failures++
		if pause = max(pause, f.c.pace.jitter(f.failures)); !sleep(ctx, pause) {
			return (&cats.Error{Op: k.operation, Class: cats.Canceled}).Because(errors.Join(ctx.Err(), context.DeadlineExceeded))
		}
	}
}

// read opens the stream once and reads it to its end. An error is one after which it is not opened again.
func (f *following) read(ctx context.Context, k *call, m *message) (time.Duration, error) {
	listening, cancel := context.WithCancel(ctx)
	defer cancel()
	r, err := http.NewRequestWithContext(listening, m.endpoint.Method, m.url, nil)
	if err != nil {
		return 0, err
	}
	for name, value := range m.header {
		r.Header.Set(name, value)
	}
	r.Header.Set("Accept", "text/event-stream")
	t := &trial{call: k, message: m, pace: f.c.pace, attempts: 1}
	// A stream of which nothing comes for a while, not even its sign of life, is given up.
	silence := time.AfterFunc(quiet, cancel)
	defer silence.Stop()
	response, err := f.c.http.Do(r)
	if err != nil {
		return t.stream(ctx, nil, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		body, err := io.ReadAll(io.LimitReader(response.Body, eventLimit))
		return t.stream(ctx, &answer{status: response.StatusCode, header: response.Header, body: body}, err)
	}
	return 0, f.take(bufio.NewReaderSize(response.Body, 64<<10), silence)
}

// stream tells after which pause a stream that did not begin is opened again, or why not.
func (t *trial) stream(ctx context.Context, a *answer, broken error) (time.Duration, error) {
	v := t.judge(ctx, a, false, broken)
	if !v.again {
		return 0, v.failure
	}
	return v.pause, nil
}

const (
	// quiet is how long a stream may say nothing: three of its signs of life.
	quiet = 45 * time.Second
	// eventLimit bounds a line of the stream.
	eventLimit = 4 << 20
)

// take reads events until the stream breaks. What is told of an event is complete with the empty line behind it.
func (f *following) take(stream *bufio.Reader, silence *time.Timer) error {
	var id, data string
	for {
		line, whole, err := readLine(stream)
		if err != nil || !whole {
			return err // Without an error it is opened again behind the last event.
		}
		silence.Reset(quiet)
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line != "" && name == "id":
			id = value
		case line != "" && name == "data":
			data += value
		case line == "":
			if err := f.dispatch(id, data); err != nil || f.over {
				return err
			}
			id, data = "", ""
		}
	}
}

// dispatch tells the reader of an event and moves the position; an id alone moves it, too.
func (f *following) dispatch(id, data string) error {
	at := f.at
	if id != "" {
		number, transaction, _ := strings.Cut(id, ".")
		block, err := strconv.ParseUint(number, 10, 64)
		if err != nil {
			return (&cats.Error{Op: gateway.EventsOperation, Class: cats.Internal}).Because(fmt.Errorf("the id of an event: %w", err))
		}
		at = cats.Position{Block: block, TransactionID: transaction}
	}
	if data != "" {
		var h gateway.Happening
		if err := json.Unmarshal([]byte(data), &h); err != nil {
			return (&cats.Error{Op: gateway.EventsOperation, Class: cats.Internal}).Because(fmt.Errorf("couldn't read an event: %w", err))
		}
		event := &cats.Event{BlockNumber: h.BlockNumber, TransactionID: h.TransactionID, Payload: transit.EventPayload{Steps: h.Steps}}
		f.over = !f.yield(event, nil)
	}
	f.at, f.failures = at, 0
	return nil
}

// readLine reads a line without its end. A stream that has broken gives no whole one; a line that no gateway sends is an error.
func readLine(r *bufio.Reader) (line string, whole bool, err error) {
	var read []byte
	for {
		part, err := r.ReadSlice('\n')
		read = append(read, part...)
		if len(read) > eventLimit {
			e := &cats.Error{Op: gateway.EventsOperation, Class: cats.Internal}
			return "", false, e.Because(fmt.Errorf("a line of the stream has more than %d MiB", eventLimit>>20))
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return strings.TrimRight(string(read), "\r\n"), err == nil, nil
		}
	}
}
