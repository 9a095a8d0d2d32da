package national

import (
	"errors"
	"fmt"

	"go.yaml.in/yaml/v3"

	"carec.example/cats/client/formats/internal/strictyaml"
)

// values reads the rules for a leaf: a path, one rule, or a sequence of them of which the first that gives a value counts.
func (l *loader) values(v *yaml.Node) ([]value, error) {
	items := []*yaml.Node{v}
	if v.Kind == yaml.SequenceNode {
		items = v.Content
	}
	if len(items) == 0 {
		return nil, strictyaml.LineError(v, errors.New("a list of rules is empty"))
	}
	var values []value
	for _, item := range items {
		rule, err := l.value(item)
		if err != nil {
			return nil, err
		}
		values = append(values, rule)
	}
	return values, nil
}

func (l *loader) value(v *yaml.Node) (value, error) {
	rule := value{line: v.Line}
	if v.Kind == yaml.ScalarNode {
		return rule, pathOf(&rule.from)(nil, v)
	}
	err := strictyaml.EachKey(v, l.valueKeys(&rule))
	if err != nil {
		return rule, err
	}
	sources := 0
	for _, given := range []bool{
		rule.from != nil, rule.concat != nil, rule.constant != nil, rule.count != nil, rule.sum != nil, rule.position,
	} {
		if given {
			sources++
		}
	}
	if sources != 1 {
		return rule, strictyaml.LineError(v, errors.New("a rule has one of the keys from, concat, constant, count, sum, position"))
	}
	if rule.fallback != nil && !rule.reads() {
		return rule, strictyaml.LineError(v, errors.New("only what is read from the source can have a default"))
	}
	return rule, nil
}

func (l *loader) valueKeys(rule *value) keys {
	var with *string
	return keys{
		"from": pathOf(&rule.from), "constant": anyText(&rule.constant), "count": pathOf(&rule.count), "sum": pathOf(&rule.sum),
		"position": flag(&rule.position), "when": l.conditions(&rule.when), "default": anyText(&rule.fallback),
		"with": func(key, v *yaml.Node) error {
			err := anyText(&with)(key, v)
			rule.with = *with
			return err
		},
		"concat": func(_, v *yaml.Node) error {
			return eachItem(v, func(v *yaml.Node) error {
				var p *path
				err := pathOf(&p)(nil, v)
				rule.concat = append(rule.concat, p)
				return err
			})
		},
		"do": func(_, v *yaml.Node) error {
			return eachItem(v, func(v *yaml.Node) error {
				op, err := l.operation(v)
				rule.do = append(rule.do, op)
				return err
			})
		},
	}
}

// conditions reads one condition or a sequence of which all must hold.
func (l *loader) conditions(into *[]condition) func(key, v *yaml.Node) error {
	return func(_, v *yaml.Node) error {
		items := []*yaml.Node{v}
		if v.Kind == yaml.SequenceNode {
			items = v.Content
		}
		for _, item := range items {
			var c condition
			var present bool
			err := strictyaml.EachKey(item, keys{
				"path": pathOf(&c.path), "is": texts(&c.is), "not": texts(&c.not),
				"present": func(key, v *yaml.Node) error {
					c.present = &present
					return flag(&present)(key, v)
				},
			})
			if err != nil {
				return err
			}
			tests := len(c.is) + len(c.not)
			if c.path == nil || (tests == 0) == (c.present == nil) || len(c.is) > 0 && len(c.not) > 0 {
				return strictyaml.LineError(item, errors.New("a condition has a path and one of is, not and present"))
			}
			*into = append(*into, c)
		}
		return nil
	}
}

// texts reads one text or a sequence of them.
func texts(into *[]string) func(key, v *yaml.Node) error {
	return func(_, v *yaml.Node) error {
		items := []*yaml.Node{v}
		if v.Kind == yaml.SequenceNode {
			items = v.Content
		}
		for _, item := range items {
			var s *string
			if err := anyText(&s)(nil, item); err != nil {
				return err
			}
			*into = append(*into, *s)
		}
		return nil
	}
}

func (l *loader) tableNamed(v *yaml.Node) (*table, error) {
	var name string
	err := strictyaml.Scalar(v, &name, func(s string) error {
		if l.m.tables[s] == nil {
			return fmt.Errorf("there is no table %q", s)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	l.m.tables[name].used = true
	return l.m.tables[name], nil
}
