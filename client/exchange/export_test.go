package exchange

// AtEveryPoint has a function told of the steps between which a crash could come.
func (f *Folder) AtEveryPoint(told func(string)) { f.point = told }
