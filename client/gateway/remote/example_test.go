package remote_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/gateway/remote"
)

// An officer's system releases goods at its organisation's gateway, on the record as it has seen it.
func Example() {
	profile, err := cats.LoadProfile(".cats/net/profile.json")
	if err != nil {
		log.Print(err)
		return
	}
	officer, err := remote.Open(profile, "cn-officer-urumqi")
	if err != nil {
		log.Print(err)
		return
	}
	defer func() { _ = officer.Close() }()

	record, receipt, err := officer.Movements().Release(context.Background(), "26CN4TB0Q9V7HWKXJ5", "2026-12-31", cats.ExpectedSeq(2))
	if fault := (*transit.Fault)(nil); errors.As(err, &fault) {
		fmt.Println(fault.Code, fault.Violations)
		return
	}
	if err != nil {
		log.Print(err)
		return
	}
	fmt.Println(record.State, receipt.TransactionID, "endorsed by", receipt.Endorsers)
}
