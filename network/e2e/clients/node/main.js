// Takes a step of a movement with Fabric's own client for Node and nothing of the product: what developers write whose system
// speaks to the organisation's peer itself.
//
//   npm ci && node main.js settings.json
//
// The officer registers an incident (IE180). What happened is confidential: it goes in the transient map into the private collection
// of the officer's own organisation, whose peer alone endorses that; the step names its digest. Then the program asks for
// the record, waits for the event of its own transaction, and tries a step that the record's state does not allow. It prints what
// came of all this as one JSON object.

import * as grpc from '@grpc/grpc-js';
import { connect, hash, signers, EndorseError } from '@hyperledger/fabric-gateway';
import { createHash, createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';

const settings = JSON.parse(await readFile(process.argv[2], 'utf8'));
const seconds = (n) => () => ({ deadline: Date.now() + n * 1000 });
const utf8 = new TextDecoder();
const parse = (bytes) => JSON.parse(utf8.decode(bytes));
const messageId = () => randomBytes(16).toString('hex');

async function open() {
  const [authority, key, certificate, signingKey, signingCertificate] = await Promise.all(
    [settings.authority, settings.tlsKey, settings.tlsCertificate, settings.key, settings.certificate].map((path) => readFile(path)),
  );
  const client = new grpc.Client(
    settings.address,
    grpc.credentials.createSsl(authority, key, certificate),
    settings.serverName ? { 'grpc.ssl_target_name_override': settings.serverName } : {},
  );
  const gateway = connect({
    client,
    identity: { mspId: settings.msp, credentials: signingCertificate },
    signer: signers.newPrivateKeySigner(createPrivateKey(signingKey)),
    hash: hash.sha256,
    // Binds requests for events to the connection, as peers with mutual TLS ask for.
    tlsClientCertificateHash: createHash('sha256').update(new X509Certificate(certificate).raw).digest(),
    evaluateOptions: seconds(20),
    endorseOptions: seconds(30),
    submitOptions: seconds(20),
    commitStatusOptions: seconds(60),
  });
  return { client, gateway };
}

// annex keeps what happened at the own organisation's peer and returns its reference.
async function annex(contract) {
  const { result } = await submit(contract, 'movement:Annex', { movement: settings.id, kind: 'incident' }, {
    transientData: { annex: JSON.stringify(settings.incident), salt: randomBytes(32) },
    endorsingOrganizations: [settings.msp],
  });
  return result;
}

// submit has a function of the chaincode endorsed, ordered and committed.
async function submit(contract, name, request, options = {}) {
  const sent = await contract.submitAsync(name, { arguments: [JSON.stringify(request)], ...options });
  const commit = await sent.getStatus();
  if (!commit.successful) {
    throw new Error(`${name} stands in block ${commit.blockNumber} as ${commit.code}`);
  }
  return { result: parse(sent.getResult()), commit };
}

// eventOf waits for the event of a transaction.
async function eventOf(events, transaction) {
  for await (const event of events) {
    if (event.transactionId === transaction) {
      return { name: event.eventName, block: event.blockNumber.toString(), payload: parse(event.payload) };
    }
  }
  throw new Error('the events ended before that of the transaction');
}

// refusal tries an arrival at the office of departure, and returns the fault that the chaincode answers with.
async function refusal(contract) {
  try {
    await submit(contract, 'movement:Arrive', { messageId: messageId(), movement: settings.movement });
  } catch (err) {
    if (err instanceof EndorseError) {
      return err.details.map((detail) => detail.message);
    }
    throw err;
  }
  throw new Error('an arrival at the office of departure was not refused');
}

const { client, gateway } = await open();
try {
  const network = gateway.getNetwork(settings.channel);
  const contract = network.getContract(settings.chaincode);
  const events = await network.getChaincodeEvents(settings.chaincode);
  try {
    const kept = await annex(contract);
    const { result, commit } = await submit(contract, 'movement:RegisterIncident', {
      messageId: messageId(), movement: settings.movement, incident: settings.incident.code, annex: kept,
    });
    const event = await eventOf(events, commit.transactionId);
    const view = parse(await contract.evaluateTransaction('movement:Get', JSON.stringify({ movement: settings.movement })));
    const refused = await refusal(contract);
    console.log(JSON.stringify({
      annex: kept, transaction: commit.transactionId, block: commit.blockNumber.toString(), written: result,
      event, state: view.movement.state, seq: view.movement.seq, refused,
    }));
  } finally {
    events.close();
  }
} finally {
  gateway.close();
  client.close();
}
