package access

import (
	"slices"

	"carec.example/cats/client/cats"
)

// identities are those of the profile that belong to the organisation this gateway serves.
type identities struct {
	profile      *cats.Profile
	organisation string
}

// check refuses what is not an identity of the organisation, before any ledger is asked.
func (i identities) check(name string) error {
	id, known := i.profile.Identities[name]
	switch {
	case !known:
		return refuse(Forbidden, "there is no identity %q here", name)
	case id.Organisation != i.organisation:
		return refuse(Forbidden, "identity %q belongs to another organisation than %s", name, i.organisation)
	}
	return nil
}

// caller is who acts as an identity.
func (i identities) caller(name, identity string, scheme Scheme) (Caller, error) {
	if err := i.check(identity); err != nil {
		return Caller{}, err
	}
	id := i.profile.Identities[identity]
	return Caller{
		Name: name, Identity: identity, Organisation: id.Organisation,
		Role: id.Role, Office: id.Office, Operator: id.Operator, Scheme: scheme,
	}, nil
}

// usable are those of the names that can be acted as; an identity may have left the profile since it was given.
func (i identities) usable(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return i.check(name) != nil })
}

// choose returns the identity wanted, or the first when none is.
func (i identities) choose(held []string, wanted string) (string, error) {
	held = i.usable(held)
	switch {
	case len(held) == 0:
		return "", refuse(Forbidden, "no identity of %s is given to you", i.organisation)
	case wanted == "":
		return held[0], nil
	case !slices.Contains(held, wanted):
		return "", refuse(Forbidden, "identity %q is not given to you", wanted)
	}
	return wanted, nil
}
