// Command asset is the contract that a user of Fabric would write: the contract API, a JSON asset under its own
// identification, and the endorsement of the majority for every change. It is the yardstick from the other side: what
// CATS costs compared with the ordinary way of doing things.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"carec.example/cats/network/bench/service"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "asset:", err)
		os.Exit(1)
	}
}

func run() error {
	chaincode, err := contractapi.NewChaincode(&Contract{})
	if err != nil {
		return err
	}
	return service.Run(chaincode)
}

// Asset is what is kept: as large as a movement's record, about 1.5 KB with the description the benchmark gives it.
type Asset struct {
	ID          string `json:"id"`
	Owner       string `json:"owner"`
	Value       int64  `json:"value"`
	Description string `json:"description"`
}

// Contract is the contract.
type Contract struct{ contractapi.Contract }

// CreateAsset creates an asset that must not exist.
func (c *Contract) CreateAsset(ctx contractapi.TransactionContextInterface, id, owner string, value int64, description string) error {
	content, err := ctx.GetStub().GetState(id)
	if err != nil {
		return err
	}
	if content != nil {
		return fmt.Errorf("asset %s exists", id)
	}
	return put(ctx, &Asset{ID: id, Owner: owner, Value: value, Description: description})
}

// TransferAsset gives an asset to another owner and returns the former one.
func (c *Contract) TransferAsset(ctx contractapi.TransactionContextInterface, id, owner string) (string, error) {
	asset, err := c.ReadAsset(ctx, id)
	if err != nil {
		return "", err
	}
	former := asset.Owner
	asset.Owner = owner
	return former, put(ctx, asset)
}

// ReadAsset returns an asset.
func (c *Contract) ReadAsset(ctx contractapi.TransactionContextInterface, id string) (*Asset, error) {
	content, err := ctx.GetStub().GetState(id)
	if err != nil {
		return nil, err
	}
	if content == nil {
		return nil, fmt.Errorf("there is no asset %s", id)
	}
	asset := &Asset{}
	return asset, json.Unmarshal(content, asset)
}

func put(ctx contractapi.TransactionContextInterface, asset *Asset) error {
	content, err := json.Marshal(asset)
	if err != nil {
		return err
	}
	return ctx.GetStub().PutState(asset.ID, content)
}
