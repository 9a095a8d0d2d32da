package cats_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// An officer accepts a declaration and releases the goods.
func Example() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	profile, err := cats.LoadProfile(".cats/net/profile.json")
	if err != nil {
		log.Print(err)
		return
	}
	officer, err := cats.Open(ctx, profile, "cn-officer-khorgos")
	if err != nil {
		log.Print(err)
		return
	}
	defer func() { _ = officer.Close() }()

	accepted, _, err := officer.Movements().Accept(ctx, "CN4TB0Q9V7HWKX")
	if err != nil {
		log.Print(err)
		return
	}
	released, receipt, err := officer.Movements().Release(ctx, accepted.MRN, "2027-02-01")
	if err != nil {
		log.Print(err)
		return
	}
	fmt.Println(released.MRN, released.State, "endorsed by", receipt.Endorsers)
}

// A trader checks a declaration before lodging it, and sees everything that is wrong with it at once.
func ExampleMovements_DryRun() {
	check := func(ctx context.Context, trader *cats.Client, std *transit.STD) error {
		_, err := trader.Movements().DryRun(ctx, std)
		var fault *transit.Fault
		if errors.As(err, &fault) {
			for _, v := range fault.Violations {
				fmt.Println(v.Pointer, v.Rule, v.Text)
			}
		}
		return err
	}
	_ = check
}

// The class of an error tells what to do about it.
func ExampleError() {
	explain := func(err error) string {
		var failed *cats.Error
		if !errors.As(err, &failed) {
			return "no answer of the ledger"
		}
		switch failed.Class {
		case cats.Refused:
			return "correct it: " + failed.Fault.Message
		case cats.UnknownOutcome:
			return "ask for transaction " + failed.TransactionID + " before doing it again"
		default:
			return "try again later"
		}
	}
	fmt.Println(explain(&cats.Error{
		Op: "movement:Release", Class: cats.Refused, Fault: transit.Faultf(transit.OutOfSequence, "movement is submitted"),
	}))
	fmt.Println(explain(&cats.Error{Op: "movement:Release", Class: cats.UnknownOutcome, TransactionID: "5f1c"}))
	// Output:
	// correct it: movement is submitted
	// ask for transaction 5f1c before doing it again
}

// Whoever builds on another organisation's step waits until the own peer has seen it.
func ExampleClient_Await() {
	handOver := func(ctx context.Context, from, to *cats.Client, mrn string) error {
		_, receipt, err := from.Movements().ProposeHandOff(ctx, mrn)
		if err != nil {
			return err
		}
		if _, err := to.Await(ctx, receipt.TransactionID); err != nil {
			return err
		}
		_, _, err = to.Movements().AcceptHandOff(ctx, mrn)
		return err
	}
	_ = handOver
}

// All clients of a process share the queues of the guarantees.
func ExampleWithQueues() {
	open := func(ctx context.Context, profile *cats.Profile, names ...string) ([]*cats.Client, error) {
		queues := cats.NewQueues()
		var clients []*cats.Client
		for _, name := range names {
			c, err := cats.Open(ctx, profile, name, cats.WithQueues(queues))
			if err != nil {
				return nil, err
			}
			clients = append(clients, c)
		}
		return clients, nil
	}
	_ = open
}
