package cats

// File resolves the name of a file as it stands in the profile: relative ones against the profile's folder.
func (p *Profile) File(name string) string { return p.path(name) }
