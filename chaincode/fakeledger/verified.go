package fakeledger

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"slices"

	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"google.golang.org/protobuf/proto"
)

// verified is an identity as a validator sees it: certificate issued by the organisation's authority, role from its NodeOU.
type verified struct {
	mspID      string
	cert       *x509.Certificate
	serialized []byte
}

func (v *verified) hasOU(ou string) bool {
	return slices.Contains(v.cert.Subject.OrganizationalUnit, ou)
}

// signed checks a signature over a message by this identity.
func (v *verified) signed(message, signature []byte) bool {
	key, ok := v.cert.PublicKey.(*ecdsa.PublicKey)
	if !ok {
		return false
	}
	digest := sha256.Sum256(message)
	return ecdsa.VerifyASN1(key, digest[:], signature)
}

// satisfies tells whether the identity is one the principal asks for.
func (v *verified) satisfies(principal *msp.MSPPrincipal) bool {
	switch principal.GetPrincipalClassification() {
	case msp.MSPPrincipal_ROLE:
		role := &msp.MSPRole{}
		return proto.Unmarshal(principal.GetPrincipal(), role) == nil &&
			role.GetMspIdentifier() == v.mspID && v.hasRole(role.GetRole())
	case msp.MSPPrincipal_ORGANIZATION_UNIT:
		unit := &msp.OrganizationUnit{}
		return proto.Unmarshal(principal.GetPrincipal(), unit) == nil &&
			unit.GetMspIdentifier() == v.mspID && v.hasOU(unit.GetOrganizationalUnitIdentifier())
	case msp.MSPPrincipal_IDENTITY:
		return bytes.Equal(principal.GetPrincipal(), v.serialized)
	default:
		return false
	}
}

func (v *verified) hasRole(role msp.MSPRole_MSPRoleType) bool {
	switch role {
	case msp.MSPRole_MEMBER:
		return true
	case msp.MSPRole_PEER:
		return v.hasOU(string(RolePeer))
	case msp.MSPRole_CLIENT:
		return v.hasOU(string(RoleClient))
	case msp.MSPRole_ADMIN:
		return v.hasOU(string(RoleAdmin))
	case msp.MSPRole_ORDERER:
		return v.hasOU(string(RoleOrderer))
	default:
		return false
	}
}
