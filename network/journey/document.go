package journey

import (
	"bytes"
	"fmt"
	"os"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats"
)

// Load reads a CC015C file for a journey. Placeholders as in test messages, such as
// {{LRN}}, are filled with values of the day. A mapping, when given, moves the document to
// the pilot's offices; the substitutions it made are returned.
func Load(path string, mapping *formats.Mapping) (*transit.STD, []formats.Substitution, error) {
	template, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("couldn't read the declaration: %w", err)
	}
	message, err := formats.FillTemplate(template, placeholders(time.Now().UTC()))
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	std, err := formats.ReadCC015C(bytes.NewReader(message))
	if err != nil {
		return nil, nil, err
	}
	if mapping == nil {
		return std, nil, nil
	}
	return std, mapping.Apply(std, ""), nil
}

func placeholders(now time.Time) map[string]string {
	const moment = "2006-01-02T15:04:05"
	id := now.Format("060102150405")
	return map[string]string{
		"LRN": freshLRN(), "messageIdentification": "M" + id, "IntConRefMES11": "R" + id,
		"preparationDateAndTime": now.Format(moment),
		"arrivalTime":            now.AddDate(0, 0, 5).Format(moment),
		"limitDate":              now.AddDate(0, 0, limit).Format(time.DateOnly),
	}
}
