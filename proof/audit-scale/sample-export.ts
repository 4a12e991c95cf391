/** Makes a signed export of any size, to verify offline. */
import { generateKeyPairSync } from "node:crypto";
import { link } from "../../src/audit/event/chain.ts";
import type { AuditFact } from "../../src/audit/event/event.ts";
import { signerWith } from "../../src/audit/sign/signer.ts";
import { type ChainHead, GENESIS } from "../../verifier/event/chain-head.ts";
import { checkpointLine, exportLine } from "../../verifier/export/export.ts";
import { checkpointDigest, type ListedHead, nextCheckpoint } from "../../verifier/proof/checkpoint.ts";

const EVENTS_OF_CHAIN = 1_000;
const CHAINS_OF_CHECKPOINT = 10;
const FIRST_AT = Date.parse("2026-01-01T00:00:00.000Z");
const TENANT_CHAIN = "tenant/sample/1";

/** As a read leaves it. */
const CALL: AuditFact = {
  type: "call",
  subject: "ada",
  roles: ["responder"],
  session_id: "7d0f1c52",
  client_id: "https://client.example/metadata.json",
  tool: "get_device",
  decision: "allow",
  outcome: "ok",
  target: "device/2f6e1f",
  trace_id: "0af7651916cd43dd8448eb211c80319c",
  args: { device_id: "2f6e1f" },
  args_digest: "b1946ac92492d2347c6235b4d2611184b1946ac92492d2347c6235b4d2611184",
  steps: ["identity", "scope", "schema", "downstream", "answer"].map((step, index) => ({
    step,
    result: "ok",
    at_ms: index,
  })),
  upstream: [{ source: "crowdstrike", operation: "GetDevice", attempts: 1, status: 200, latency_ms: 41 }],
  latency_ms: 48.5,
};

/** A key that signed a sample, as PEM; and the sample's lines. */
export interface Sample {
  readonly public_key: string;
  readonly lines: AsyncIterable<string>;
}

/**
 * An export of at least `events` events in chains of a thousand, with the tenant's chain and signed checkpoints, as an
 * instance would write it. The checkpoints come last here: they are known last.
 */
export function sampleExport(events: number): Sample {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const pkcs8 = privateKey.export({ format: "der", type: "pkcs8" }).toString("base64");
  return {
    public_key: publicKey.export({ format: "pem", type: "spki" }).toString(),
    lines: lines(events, pkcs8),
  };
}

async function* lines(events: number, pkcs8: string): AsyncGenerator<string> {
  const signer = await signerWith(pkcs8);
  const tenant = new SampleChain(TENANT_CHAIN);
  const begun = tenant.append({
    type: "tenant",
    decision: "begin",
    outcome: "ok",
    detail: { chain: TENANT_CHAIN },
  });
  yield begun;
  yield tenant.append(beginning(TENANT_CHAIN, tenant.head.hash));
  const checkpoints: string[] = [];
  let previous: ChainHead = GENESIS;
  let heads: ListedHead[] = [];
  const chains = Math.ceil(events / EVENTS_OF_CHAIN);
  for (let index = 1; index <= chains; index++) {
    const chain = new SampleChain(`session/${String(index).padStart(9, "0")}/1`);
    for (let seq = 1; seq <= EVENTS_OF_CHAIN; seq++) {
      yield chain.append(CALL);
      if (seq === 1) yield tenant.append(beginning(chain.name, chain.head.hash));
    }
    heads.push([chain.name, chain.head.seq, chain.head.hash]);
    if (heads.length < CHAINS_OF_CHECKPOINT && index < chains) continue;
    const { statement, list } = nextCheckpoint(previous, heads, new Date(FIRST_AT + index).toISOString());
    const jws = await signer.sign("checkpoint", statement);
    previous = { seq: statement.n, hash: checkpointDigest(jws) };
    checkpoints.push(checkpointLine({ n: statement.n, jws, heads: list }));
    const detail = { n: statement.n, digest: previous.hash, chains: heads.length };
    yield tenant.append({ type: "checkpoint", decision: "sign", outcome: "ok", detail });
    heads = [];
  }
  yield* checkpoints;
}

function beginning(chain: string, hash: string): AuditFact {
  return { type: "chain", decision: "begin", outcome: "ok", detail: { chain, hash } };
}

class SampleChain {
  readonly name: string;
  head: ChainHead = GENESIS;

  constructor(name: string) {
    this.name = name;
  }

  /** The exported line of the next event. */
  append(fact: AuditFact): string {
    const at = new Date(FIRST_AT + this.head.seq * 1_000).toISOString();
    const next = link(
      this.head,
      { chain: this.name, tenant: "sample", event_id: crypto.randomUUID(), at },
      fact,
    );
    this.head = { seq: next.seq, hash: next.hash };
    return exportLine({ chain: this.name, ...next }, next.event);
  }
}
