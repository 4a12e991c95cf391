import { beforeAll, describe, expect, test } from "vitest";
import { link } from "../../../src/audit/event/chain.ts";
import type { AuditFact } from "../../../src/audit/event/event.ts";
import type { Signer } from "../../../src/audit/sign/signer.ts";
import { type ChainHead, GENESIS } from "../../../verifier/event/chain-head.ts";
import type { AuditRecord } from "../../../verifier/event/record.ts";
import { exportLine } from "../../../verifier/export/export.ts";
import { recordOf } from "../../audit/chain-fixture.ts";
import { anchorBy, foundOffline, newSigner, SignedAudit } from "../../audit/signed-fixture.ts";

const SESSION = "session/s1/1";
const TENANT = "tenant/acme/1";
const FORGED = "session/forged/1";
const HOUR = 3_600_000;

const CALL: AuditFact = { type: "call", decision: "allow", outcome: "ok", subject: "mallory" };

let signer: Signer;
let audit: SignedAudit;
/** When the audit's first and last event happened. */
let first_at: number;
let last_at: number;
beforeAll(async () => {
  signer = await newSigner();
  audit = await SignedAudit.create(signer, signer);
  const times = [...audit.records.values()].flat().map(({ at }) => Date.parse(at));
  first_at = Math.min(...times);
  last_at = Math.max(...times);
});

/** A chain of events that never happened, every hash right: each by its time and what it says. */
function fabricated(chain: string, events: readonly (readonly [number, AuditFact])[]): AuditRecord[] {
  return continued(chain, GENESIS, events);
}

function continued(
  chain: string,
  after: ChainHead,
  events: readonly (readonly [number, AuditFact])[],
): AuditRecord[] {
  let head = after;
  return events.map(([at, fact]) => {
    const stamp = { chain, tenant: "acme", event_id: crypto.randomUUID(), at: new Date(at).toISOString() };
    const next = link(head, stamp, fact);
    head = next;
    return recordOf(next.event);
  });
}

function registration({ chain, hash }: AuditRecord): AuditFact {
  return { type: "chain", decision: "begin", outcome: "ok", detail: { chain, hash } };
}

const linesOf = (records: readonly AuditRecord[]) =>
  records.map((record) => exportLine(record, record.event));
const found = (lines: readonly string[]) => foundOffline(lines, [signer.public_key]);
const lastOf = (chain: string) => audit.records.get(chain)?.at(-1) ?? expect.fail();

describe("a chain that nobody began is named", () => {
  test("though its first event claims to be of this minute, and only the next ones are backdated", async () => {
    const forged = fabricated(FORGED, [
      [last_at, CALL],
      [first_at, CALL],
    ]);
    expect(await found([...audit.lines, ...linesOf(forged)])).toEqual([
      `inserted ${FORGED} 1`,
      `inserted ${FORGED} 2`,
    ]);
  });

  test("though an event of the far future makes everything else look long ago", async () => {
    const forged = fabricated(FORGED, [
      [last_at + 10_000 * HOUR, CALL],
      [first_at, CALL],
    ]);
    expect(await found([...audit.lines, ...linesOf(forged)])).toContain(`inserted ${FORGED} 2`);
  });

  test("though a second chain by the tenant's name says that it began", async () => {
    const forged = fabricated(FORGED, [[first_at, CALL]]);
    const [first] = forged;
    const tenant = fabricated("tenant/acme/2", [
      [first_at, { type: "tenant", decision: "begin", outcome: "ok" }],
      [first_at, registration(first ?? expect.fail())],
    ]);
    expect(await found([...audit.lines, ...linesOf([...forged, ...tenant])])).toEqual([
      `inserted ${FORGED} 1`,
      "inserted tenant/acme/2 1",
      "inserted tenant/acme/2 2",
    ]);
  });

  test("though the tenant's own chain says so, where it isn't signed yet", async () => {
    const forged = fabricated(FORGED, [[first_at, CALL]]);
    const said = continued(TENANT, lastOf(TENANT), [[last_at, registration(forged[0] ?? expect.fail())]]);
    expect(await found([...audit.lines, ...linesOf([...said, ...forged])])).toEqual([`inserted ${FORGED} 1`]);
  });

  test("though the tenant's chain no longer holds how the old ones began", async () => {
    const tenant = audit.records.get(TENANT) ?? [];
    const anchor = await anchorBy(signer, tenant[3] ?? expect.fail());
    const gone = new Set(linesOf(tenant.slice(0, 4)));
    const remaining = [anchor, ...audit.lines.filter((line) => !gone.has(line))];
    expect(await found(remaining)).toEqual([]);
    const forged = fabricated(FORGED, [[first_at, CALL]]);
    expect(await found([...remaining, ...linesOf(forged)])).toEqual([`inserted ${FORGED} 1`]);
  });
});

test("a chain that has just begun isn't, though nobody had the time to say so", async () => {
  const young = fabricated(FORGED, [[last_at, CALL]]);
  expect(await found([...audit.lines, ...linesOf(young)])).toEqual([]);
});

describe("under an anchor", () => {
  const session = () => audit.records.get(SESSION) ?? [];
  /** An export with an anchor of the session's third event, and with `under` in place of those up to there. */
  const withUnder = async (under: readonly AuditRecord[]) => {
    const gone = new Set(linesOf(session().slice(0, 3)));
    const anchor = await anchorBy(signer, session()[2] ?? expect.fail());
    const lines = audit.lines.filter((line) => !gone.has(line));
    const [fourth = ""] = linesOf(session().slice(3, 4));
    return [anchor, ...lines.toSpliced(lines.indexOf(fourth), 0, ...linesOf(under))];
  };

  test("what leads up to it, and isn't removed yet, holds", async () => {
    expect(await found(await withUnder([]))).toEqual([]);
    expect(await found(await withUnder(session().slice(1, 3)))).toEqual([]);
  });

  test("events that never happened don't", async () => {
    const forged = fabricated(SESSION, [
      [first_at, CALL],
      [first_at, CALL],
    ]);
    expect(await found(await withUnder(forged))).toEqual([`inserted ${SESSION} 1`, `inserted ${SESSION} 2`]);
  });

  test("nor do events that happened beside others that didn't", async () => {
    const forged = fabricated(SESSION, [[first_at, CALL]]);
    expect(await found(await withUnder([...forged, ...session().slice(1, 3)]))).toContain(
      `inserted ${SESSION} 1`,
    );
  });
});
