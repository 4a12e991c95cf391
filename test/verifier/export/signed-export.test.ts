import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { link } from "../../../src/audit/event/chain.ts";
import { acknowledgeFact, reportFact } from "../../../src/audit/event/trouble-facts.ts";
import type { Signer } from "../../../src/audit/sign/signer.ts";
import { type ChainHead, GENESIS } from "../../../verifier/event/chain-head.ts";
import type { AuditRecord } from "../../../verifier/event/record.ts";
import { type Trouble, troubleId } from "../../../verifier/event/trouble.ts";
import { anchorLine, checkpointLine, exportLine } from "../../../verifier/export/export.ts";
import { chainRecords, recordOf } from "../../audit/chain-fixture.ts";
import { anchorBy, foundOffline, newSigner, SignedAudit } from "../../audit/signed-fixture.ts";

const SESSION = "session/s1/1";
const EFFECT = "effect/d1/1";

let signer: Signer;
let audit: SignedAudit;
beforeAll(async () => {
  signer = await newSigner();
  audit = await SignedAudit.create(signer, signer);
});

/** Where an event's line is in the export. */
function lineOf(chain: string, seq: number): number {
  return audit.lines.findIndex((line) => {
    const { metadata, unmapped } = JSON.parse(line);
    return unmapped.attestation_list[0].chain_uid === chain && metadata.sequence === seq;
  });
}

/** The chain with another subject from `from` on, every hash after it recomputed: nothing in it contradicts itself. */
function rewrittenFrom(chain: string, from: number): AuditRecord[] {
  let head: ChainHead = GENESIS;
  return (audit.records.get(chain) ?? []).map((record) => {
    const { chain: name, seq, prev: _, tenant, event_id, at, ...fact } = JSON.parse(record.event);
    const changed = seq < from ? fact : { ...fact, subject: "mallory" };
    const next = link(head, { chain: name, tenant, event_id, at }, changed);
    head = next;
    return recordOf(next.event);
  });
}

function withChain(chain: string, records: readonly AuditRecord[]): string[] {
  const others = audit.lines.filter(
    (line) => JSON.parse(line).unmapped.attestation_list[0].chain_uid !== chain,
  );
  return [...others, ...records.map((record) => exportLine(record, record.event))];
}

const found = (lines: readonly string[], kept: readonly string[] = []) =>
  foundOffline(lines, [signer.public_key], kept);

test("a signed export holds, by the public key alone", async () => {
  expect(await found(audit.lines)).toEqual([]);
});

describe("what somebody may do who can recompute every hash", () => {
  test("rewriting history is found at the checkpoint, and the signed one before says since when", async () => {
    expect(await found(withChain(SESSION, rewrittenFrom(SESSION, 5)))).toEqual([`rewritten ${SESSION} 4-6`]);
    expect(await found(withChain(SESSION, rewrittenFrom(SESSION, 2)))).toEqual([
      `rewritten ${SESSION} 2-3`,
      `rewritten ${SESSION} 4-6`,
    ]);
  });

  test("beyond the last checkpoint it isn't found: nothing was signed there yet", async () => {
    expect(await found(withChain(SESSION, rewrittenFrom(SESSION, 7)))).toEqual([]);
  });

  test("a chain that begins with another event than its object registered", async () => {
    const lines = withChain(EFFECT, rewrittenFrom(EFFECT, 1));
    // The registration names the first event even where no checkpoint speaks.
    const unsigned = lines.filter((line) => !line.includes('"log_name":"checkpoints"'));
    expect(await foundOffline(unsigned, null)).toContain(`rewritten ${EFFECT} 1`);
  });

  test("a tail that is cut is found up to the last checkpoint", async () => {
    expect(await found(withChain(EFFECT, audit.records.get(EFFECT)?.slice(0, 4) ?? []))).toEqual([
      `cut_tail ${EFFECT} 5-6`,
    ]);
    expect(await found(withChain(SESSION, audit.records.get(SESSION)?.slice(0, 6) ?? []))).toEqual([]);
  });

  test("a chain that is gone altogether is named", async () => {
    expect(await found(withChain(EFFECT, []))).toEqual([`missing_chain ${EFFECT} 1-6`]);
  });

  test("a chain that is gone is named by the tenant's word alone, too", async () => {
    const lines = withChain(EFFECT, []).filter((line) => !line.includes('"log_name":"checkpoints"'));
    expect(await foundOffline(lines, null)).toContain(`missing_chain ${EFFECT} 1`);
  });

  test("a chain that nobody began is named", async () => {
    const forged = chainRecords("session/forged/1", 2);
    expect(await found(withChain("session/forged/1", forged))).toEqual([
      "inserted session/forged/1 1",
      "inserted session/forged/1 2",
    ]);
  });
});

describe("a checkpoint", () => {
  test("that another key signed is a forgery", async () => {
    const other = await SignedAudit.create(signer, await newSigner());
    expect(await found(other.lines)).toEqual(["forged checkpoint 2", "cut_tail checkpoint 2"]);
  });

  test("by an earlier key holds as long as that key is accepted", async () => {
    const earlier = await newSigner();
    const other = await SignedAudit.create(earlier, signer);
    expect(await foundOffline(other.lines, [signer.public_key, earlier.public_key])).toEqual([]);
    expect(await foundOffline(other.lines, [signer.public_key])).toContain("forged checkpoint 1");
  });

  test("that is removed is missed by the next one, and the last one by the tenant's chain", async () => {
    expect(await found(audit.lines.toSpliced(0, 1))).toContain("removed checkpoint 1");
    expect(await found(audit.lines.toSpliced(1, 1))).toContain("cut_tail checkpoint 2");
  });

  test("of the last ten minutes may be on its way: its absence is said, and no failure", async () => {
    const young = await SignedAudit.create(signer);
    await young.checkpoint(signer);
    expect(await found(young.lines.toSpliced(1, 1))).toEqual(["in_flight checkpoint 2"]);
  });

  test("of another history doesn't go on from the one before it", async () => {
    const other = await SignedAudit.create(signer, signer);
    const spliced = other.lines.with(0, audit.lines[0] ?? "");
    expect(await found(spliced)).toContain("rewritten checkpoint 2");
  });

  test("with a list as long as the one that was signed, but another, says nothing", async () => {
    const [checkpoint] = audit.checkpoints;
    const heads = (checkpoint?.heads ?? "").replace(
      audit.records.get(SESSION)?.[2]?.hash ?? "",
      "c".repeat(64),
    );
    const line = checkpointLine({ n: 1, jws: checkpoint?.jws ?? "", heads });
    expect(await found(audit.lines.with(0, line))).toEqual(["edited checkpoint 1"]);
  });

  test("that was kept elsewhere must be here", async () => {
    const kept = audit.checkpoints.map(({ jws }) => jws);
    expect(await found(audit.lines, kept)).toEqual([]);
    const events = audit.lines.filter((line) => !line.includes("tenant/acme/1"));
    expect(await found(events.toSpliced(1, 1), kept)).toContain("cut_tail checkpoint 2");
    // Whoever has the key can sign another history, but not make it the one that was kept.
    const other = await SignedAudit.create(signer, signer);
    expect(await found(other.lines, kept)).toEqual(["rewritten checkpoint 1", "rewritten checkpoint 2"]);
  });

  test("with one byte changed is named, wherever the byte is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 32, max: 126 }), async (offset, code) => {
        const [line = ""] = audit.lines;
        const at = offset % line.length;
        const byte = String.fromCharCode(code);
        fc.pre(line[at] !== byte);
        const changed = line.slice(0, at) + byte + line.slice(at + 1);
        expect(await found(audit.lines.with(0, changed))).not.toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  test("is no anchor, and the other way round, even by the right key", async () => {
    const [statement] = audit.checkpoints;
    const record = audit.records.get(SESSION)?.[2] ?? expect.fail();
    const anchor = await anchorBy(signer, record);
    const jws = JSON.parse(anchor).raw_data as string;
    const swapped = anchor.replaceAll(jws, statement?.jws ?? "");
    expect(await found([swapped, ...audit.lines])).toContain(`forged ${SESSION} 3`);
  });
});

describe("an anchor", () => {
  const remaining = () =>
    audit.lines.filter((_line, index) => ![1, 2, 3].some((seq) => index === lineOf(SESSION, seq)));

  test("makes up for what went under it", async () => {
    const record = audit.records.get(SESSION)?.[2] ?? expect.fail();
    expect(await found(remaining())).toEqual([`removed ${SESSION} 1-3`]);
    expect(await found([await anchorBy(signer, record), ...remaining()])).toEqual([]);
  });

  test("that another key signed makes up for nothing", async () => {
    const record = audit.records.get(SESSION)?.[2] ?? expect.fail();
    expect(await found([await anchorBy(await newSigner(), record), ...remaining()])).toEqual([
      `forged ${SESSION} 3`,
      `removed ${SESSION} 1-3`,
    ]);
  });

  test("that was signed as something else is none", async () => {
    const { chain, seq, hash } = audit.records.get(SESSION)?.[2] ?? expect.fail();
    const at = new Date().toISOString();
    const jws = await signer.sign("checkpoint", { chain, seq, hash, at });
    expect(await found([anchorLine({ chain, seq, hash, jws }), ...remaining()])).toContain(
      `forged ${SESSION} 3`,
    );
  });

  test("of another event isn't what the chain goes on from", async () => {
    const record = { ...(audit.records.get(SESSION)?.[2] ?? expect.fail()), hash: "b".repeat(64) };
    expect(await found([await anchorBy(signer, record), ...remaining()])).toEqual([`rewritten ${SESSION} 4`]);
  });
});

describe("what the store refused", () => {
  const TENANT = "tenant/acme/1";
  const conflict: Trouble = {
    kind: "conflict",
    chain: SESSION,
    seq: 2,
    stored_hash: "a",
    offered_hash: "b",
    seen_by: "consumer",
  };
  const letter: Trouble = {
    kind: "dead_letter",
    message: "m1",
    queue: "audit",
    reason: "not JSON",
    chain: null,
    seq: null,
  };

  test("is a failure until the tenant's chain says, signed, that somebody has looked", async () => {
    const troubled = await SignedAudit.create(signer);
    troubled.append(TENANT, reportFact(troubleId(conflict), conflict));
    troubled.append(TENANT, reportFact(troubleId(letter), letter));
    const reported = troubled.records.get(TENANT)?.length;
    const waiting = [`conflict ${SESSION} 2`, `dead_letter ${TENANT} ${reported}`];
    await troubled.checkpoint(signer);
    expect(await found(troubled.lines)).toEqual(waiting);
    for (const trouble of [conflict, letter])
      troubled.append(TENANT, acknowledgeFact(troubleId(trouble), "auditor", "the queue was replayed"));
    expect(await found(troubled.lines)).toEqual(waiting);
    await troubled.checkpoint(signer);
    expect(await found(troubled.lines)).toEqual([]);
  });

  test("isn't acknowledged by another chain that calls itself the tenant's", async () => {
    const troubled = await SignedAudit.create(signer);
    troubled.append(TENANT, reportFact(troubleId(conflict), conflict));
    troubled.append("tenant/acme/2", acknowledgeFact(troubleId(conflict), "auditor", "nothing to see"));
    await troubled.checkpoint(signer);
    expect(await found(troubled.lines)).toContain(`conflict ${SESSION} 2`);
  });
});
