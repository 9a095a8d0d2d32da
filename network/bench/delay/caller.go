package delay

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
)

// Calls reports whether a process is the one that calls from an address: whether it holds the socket of which the
// kernel knows that address. The process must belong to the same user.
func Calls(pid int, caller net.Addr) bool {
	address, ok := caller.(*net.TCPAddr)
	if !ok {
		return false
	}
	inode := inodeOf(address)
	if inode == "" {
		return false
	}
	folder := fmt.Sprintf("/proc/%d/fd", pid)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return false
	}
	for _, entry := range entries {
		if link, err := os.Readlink(folder + "/" + entry.Name()); err == nil && link == "socket:["+inode+"]" {
			return true
		}
	}
	return false
}

// inodeOf finds the socket with the local address in the kernel's table.
func inodeOf(address *net.TCPAddr) string {
	text, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		return ""
	}
	return findInode(string(text), address)
}

func findInode(table string, address *net.TCPAddr) string {
	ip := address.IP.To4()
	if ip == nil {
		return ""
	}
	// The kernel prints the address as a number in the machine's byte order, the port as it is read.
	want := fmt.Sprintf("%02X%02X%02X%02X:%04X", ip[3], ip[2], ip[1], ip[0], address.Port)
	for line := range strings.Lines(table) {
		fields := strings.Fields(line)
		if len(fields) < 10 || fields[1] != want {
			continue
		}
		if _, err := strconv.Atoi(fields[9]); err == nil && fields[9] != "0" {
			return fields[9]
		}
	}
	return ""
}
