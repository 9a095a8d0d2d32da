// Package risk asks a country's own risk-management service what it thinks of a declaration, when an office is to decide on it.
//
// What comes back is advice for the officer, who decides; nothing is done on the ledger. The answer, or which default was taken
// for want of one and why, is kept in the organisation's database, so that it can be shown later what the officer was told.
//
// # What is said
//
// The question is posted as JSON ([Question]), with the content of the declaration, which the office may read; so the service is
// the country's own and is reached over TLS. The answer is JSON ([Answer]) with the question's id; anything else (another
// status than 200, another id, an unknown advice or field, too much text) is no answer.
//
// # When there is no answer
//
// After [Config.Timeout] the default that the country has stated stands in for it: control, release, or ask the officer. There
// is no other default, and no second attempt while an officer waits. After several failures in a row the service is not
// asked at all for a while, by any process of the organisation; then one question tries whether it is back.
package risk
