package transit

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// minuteOf reads a time of the day such as 08:30 as minutes after midnight; 24:00 is the end of the day.
func minuteOf(s string) (int, error) {
	if s == "24:00" {
		return 24 * 60, nil
	}
	if !regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`).MatchString(s) {
		return 0, fmt.Errorf("%q is no time of the day such as 08:30", clip(s))
	}
	h, err := strconv.Atoi(s[:2])
	if err != nil {
		return 0, err
	}
	m, err := strconv.Atoi(s[3:])
	return 60*h + m, err
}

// zoneOffset reads an offset from UTC such as +05:00.
func zoneOffset(s string) (time.Duration, error) {
	if !regexp.MustCompile(`^[+-](0[0-9]|1[0-4]):[0-5][0-9]$`).MatchString(s) {
		return 0, fmt.Errorf("%q is no offset from UTC such as +05:00", clip(s))
	}
	minutes, err := minuteOf(s[1:])
	offset := time.Duration(minutes) * time.Minute
	if s[0] == '-' {
		offset = -offset
	}
	return offset, err
}

// Open reports whether the office is open at a moment, by its own clock and calendar.
func (e *OfficeHours) Open(at time.Time) bool {
	offset, err := zoneOffset(e.Zone)
	if err != nil {
		return false
	}
	local := at.UTC().Add(offset)
	if slices.Contains(e.Closed, DateOf(local)) {
		return false
	}
	day := (int(local.Weekday())+6)%7 + 1
	minute := 60*local.Hour() + local.Minute()
	return slices.ContainsFunc(e.Week, func(o Opening) bool {
		opens, err := minuteOf(o.Opens)
		closes, err2 := minuteOf(o.Closes)
		return err == nil && err2 == nil && o.Day == day && opens <= minute && minute < closes
	})
}
