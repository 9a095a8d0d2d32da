package formats

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// FillTemplate replaces the placeholders of a test message, written {{name}}, by
// the given values, escaped for XML. It names every placeholder that has no value.
func FillTemplate(data []byte, vars map[string]string) ([]byte, error) {
	placeholder := regexp.MustCompile(`\{\{\s*([^{}]*?)\s*\}\}`)
	var missing []string
	filled := placeholder.ReplaceAllFunc(data, func(found []byte) []byte {
		name := string(placeholder.FindSubmatch(found)[1])
		value, ok := vars[name]
		if !ok {
			missing = append(missing, name)
			return found
		}
		return []byte(escaped(value))
	})
	if len(missing) > 0 {
		slices.Sort(missing)
		return nil, fmt.Errorf("the template needs a value for %s", strings.Join(slices.Compact(missing), ", "))
	}
	return filled, nil
}
