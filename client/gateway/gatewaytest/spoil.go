package gatewaytest

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// spoil makes one thing wrong with a request.
func (d *Document) spoil(r *rand.Rand, q *Request) {
	ways := []func(*rand.Rand, *Request) string{spoilHeader, spoilHeader, spoilQuery, spoilMethod}
	if strings.Contains(q.Operation.Path, "{") {
		ways = append(ways, spoilPath, spoilPath)
	}
	if len(q.Body) > 0 {
		ways = append(ways, spoilTree, spoilTree, spoilTree, spoilBytes, spoilBytes, spoilMedia, spoilWire)
	} else {
		ways = append(ways, unwantedBody)
	}
	q.Wrong = append(q.Wrong, ways[r.IntN(len(ways))](r, q))
}

// spoilTree changes the JSON of the body in one place.
func spoilTree(r *rand.Rand, q *Request) string {
	var v any
	if err := json.Unmarshal(q.Body, &v); err != nil {
		return "a body that is no JSON"
	}
	all := objects(v)
	if len(all) == 0 {
		q.Body, _ = json.Marshal(wrongValue(r)) //nolint:errchkjson // values that can be written
		return "a body of another type"
	}
	at := all[r.IntN(len(all))]
	names := sorted(at)
	name := ""
	if len(names) > 0 {
		name = names[r.IntN(len(names))]
	}
	var what string
	switch way := r.IntN(5); {
	case way == 0 && name != "":
		delete(at, name)
		what = "without " + name
	case way == 1:
		at["unknown"+word(r)] = wrongValue(r)
		what = "an unknown field"
	case way == 2 && name != "":
		at[strings.ToUpper(name)] = at[name]
		what = name + " in capitals"
	case name != "":
		at[name] = wrongValue(r)
		what = "another value of " + name
	default:
		at[""] = nil
		what = "a field without a name"
	}
	q.Body, _ = json.Marshal(v) //nolint:errchkjson // as above
	return what
}

// objects are all objects within a value, in their order.
func objects(v any) []map[string]any {
	var out []map[string]any
	switch t := v.(type) {
	case map[string]any:
		out = append(out, t)
		for _, name := range sorted(t) {
			out = append(out, objects(t[name])...)
		}
	case []any:
		for _, inner := range t {
			out = append(out, objects(inner)...)
		}
	}
	return out
}

// wrongValue is what hardly anything takes.
func wrongValue(r *rand.Rand) any {
	return pick[any](r,
		nil, true, "", " ", json.Number("-1"), json.Number("0.1"), json.Number("1e400"), json.Number("9223372036854775808"),
		json.Number("-9223372036854775809"), json.Number("123456789012345678901234567890"), json.Number("1E-7"), []any{}, []any{nil}, []any{[]any{}},
		map[string]any{}, map[string]any{"a": map[string]any{}}, "2026-13-45", "9999-99-99T99:99:99Z", "NaN", "\x00", "\u2028\ufeff",
		strings.Repeat("长", 3000), strings.Repeat("x", 40_000), "../../etc/passwd", "'; DROP TABLE movements; --", "${jndi:x}", "%00%0a",
	)
}

// spoilBytes changes the body as bytes.
func spoilBytes(r *rand.Rand, q *Request) string {
	body := string(q.Body)
	half := body[:len(body)/2]
	type way struct{ what, body string }
	w := pick(r,
		way{"half of the body", half},
		way{"no body", ""},
		way{"null", "null"},
		way{"more behind the body", body + body},
		way{"garbage behind the body", body + "]"},
		way{"a byte order mark", "\ufeff" + body},
		way{"deep lists", strings.Repeat("[", 50_000)},
		way{"deep objects", strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000)},
		way{"broken UTF-8", strings.Replace(body, `":"`, "\":\"\xff\xc0\xaf", 1)},
		way{"half a surrogate", strings.Replace(body, `":"`, `":"\ud800`, 1)},
		way{"a NUL", strings.Replace(body, `":"`, `":"\u0000`, 1)},
		way{"a field twice", strings.Replace(body, "{", `{"reason":"a","reason":"b",`, 1)},
		way{"a number that is none", strings.Replace(body, `":"`, `":00x1,"z":"`, 1)},
		way{"UTF-16", "\xff\xfe{\x00}\x00"},
		way{"a long number", `{"minor":` + strings.Repeat("9", 30_000) + "}"},
		way{"entities", `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;&b;">]><CC015C>&d;</CC015C>`},
	)
	q.Body = []byte(w.body)
	return w.what
}

func spoilMedia(r *rand.Rand, q *Request) string {
	media := pick(r, "", "text/plain", "application/json; charset=utf-16", "APPLICATION/JSON", ";;;", "application/xml", "multipart/form-data",
		"application/json, application/json", "application/"+strings.Repeat("x", 5000), "*/*", "application/json; a=\"")
	q.Header.Set("Content-Type", media)
	if media == "" {
		q.Header.Del("Content-Type")
	}
	return "a media type"
}

// spoilWire has the body come in another way.
func spoilWire(r *rand.Rand, q *Request) string {
	if r.IntN(2) == 0 {
		q.Cut = true
		return "a body cut off"
	}
	q.Slow = time.Duration(1+r.IntN(10)) * time.Millisecond
	return "a slow body"
}

func unwantedBody(r *rand.Rand, q *Request) string {
	q.Body = []byte(pick(r, "{}", " {} ", "null", `{"a":1}`, "[", "\xff", strings.Repeat(" ", 70_000), strings.Repeat("[", 70_000)))
	q.Header.Set("Content-Type", pick(r, "application/json", "application/xml", ""))
	return "a body where none belongs"
}

// spoilHeader sets a header to what it should not be.
func spoilHeader(r *rand.Rand, q *Request) string {
	long := strings.Repeat("k", 8000)
	values := map[string][]string{
		"If-Match":      {`"0"`, `"-1"`, `"99999999999999999999"`, `W/"1"`, `"1", "2"`, `"1"-`, "1", `""`, `"`, "*", `"3-abc"`, `"` + long + `"`, "\xff"},
		"If-None-Match": {"*", `W/"`, `"` + long + `"`, ",,,,", `"a", W/"b", *`, "\xff\xfe"},
		"Idempotency-Key": {
			"", " k ", long, strings.Repeat("k", 255), strings.Repeat("k", 256), "ключ", "a\tb", "\xff", "'; --", "00000000-0000-0000-0000-000000000000",
		},
		"Last-Event-ID": {
			"", ".", "0.", "1.zz", "-1.", "99999999999999999999.", "9223372036854775807.", "1.abc", "1." + strings.Repeat("a", 64), long, "\xff", "1.AB",
		},
		"Accept":                 {"", "text/html", "*/*;q=0", "application/xml, ;q=", long, "\xff"},
		"Accept-Encoding":        {"gzip;q=2", "br, *", "identity;q=0"},
		"Content-Encoding":       {"gzip", "br", "x"},
		"Range":                  {"bytes=0-0", "bytes=-1", "bytes=5-1,7-", "lines=1"},
		"X-Http-Method-Override": {"DELETE", "PUT"},
		"Cookie":                 {"cats_session=x", "cats_session=" + long, "=;;", "\xff"},
		"Authorization":          {"Bearer", "Bearer x.y.z", "Basic Og==", "Bearer " + long, "\xff"},
		"Origin":                 {"null", "https://example.org"},
		"Forwarded":              {"for=1.2.3.4;proto=http"},
		"Expect":                 {"100-continue"},
		"Prefer":                 {"respond-async"},
		"Traceparent":            {"00-00-00-00"},
	}
	names := []string{
		"If-Match", "If-Match", "If-None-Match", "Idempotency-Key", "Idempotency-Key", "Last-Event-ID", "Accept", "Accept-Encoding",
		"Content-Encoding", "Range", "X-Http-Method-Override", "Cookie", "Authorization", "Origin", "Forwarded", "Expect", "Prefer", "Traceparent",
	}
	name := names[r.IntN(len(names))]
	q.Header[http.CanonicalHeaderKey(name)] = []string{pick(r, values[name]...)}
	if r.IntN(10) == 0 {
		q.Header[http.CanonicalHeaderKey(name)] = append(q.Header[http.CanonicalHeaderKey(name)], pick(r, values[name]...))
	}
	return "another " + name
}

func spoilQuery(r *rand.Rand, q *Request) string {
	name := pick(r, "size", "cursor", "after", "from", "lastEventId", "country", "day", "name", "operator", "unknown", "")
	value := pick(r, "", "0", "-1", "1e9", "101", "99999999999999999999", "%00", "%ff%fe", "%F0%9F%9A%9B", "%E2%80%AE", "a%2Fb", "..%2F..",
		"bGlzdE1vdmVtZW50cwp4",
		"bGlzdE1vdmVtZW50cwoA", "bGlzdE9mZmljZXMK_____w", "bGlzdE1vdmVtZW50cwr0j7-_", "====", "0.0", "9223372036854775807.2147483647", "-1.-1", "1.", ".",
		"2026-02-30", strings.Repeat("A", 6000), "a&"+name+"=b", "%3Cscript%3E", "x;y")
	pair := url.QueryEscape(name) + "=" + value
	if q.Query != "" && r.IntN(2) == 0 {
		pair = q.Query + "&" + pair
	}
	q.Query = pair
	return "a query"
}

// spoilPath puts something else in the place of a parameter, or changes the path itself.
func spoilPath(r *rand.Rand, q *Request) string {
	var at []int
	segments := strings.Split(q.Path, "/")
	for i, s := range q.Operation.pathSegments {
		if strings.HasPrefix(s, "{") && i+1 < len(segments) {
			at = append(at, i+1)
		}
	}
	odd := pick(r, "", "a/b", "a%2Fb", "%2F", "%00", "..", ".", "%2e%2e", "%2E%2E%2F%2E%2E", "%ff%fe", "%F0%9F%9A%9B", "%20",
		"a%3Fb", "a%23b", "a;b", "a%0Ab",
		"*", "{movement}", "%7Bmovement%7D", "%25", "%2525", "-", "0", "null", "26CN4TB0Q9V7HWKXJ6", "26cn4tb0q9v7hwkxj5", strings.Repeat("A", 5000),
		strings.Repeat("%E9%9C%8D", 500), strings.Repeat("9", 64), "+", "a+b", "@", "~", "'", "%E2%80%8B", "GET", "accept")
	segments[at[r.IntN(len(at))]] = odd
	q.Path = strings.Join(segments, "/")
	switch r.IntN(12) {
	case 0:
		q.Path += "/"
	case 1:
		q.Path = strings.Replace(q.Path, "/v1/", "/v1//", 1)
	case 2:
		q.Path = strings.Replace(q.Path, "/v1/", "/V1/", 1)
	case 3:
		q.Path = strings.Replace(q.Path, "/v1/", "/x/../v1/", 1)
	}
	return "a path"
}

func spoilMethod(r *rand.Rand, q *Request) string {
	q.Method = pick(r, "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get", "X")
	return "method " + q.Method
}
