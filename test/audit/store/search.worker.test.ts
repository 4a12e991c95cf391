import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { link } from "../../../src/audit/event/chain.ts";
import type { AuditFact } from "../../../src/audit/event/event.ts";
import { type AuditQuery, searchAudit } from "../../../src/audit/store/search.ts";
import { storeRecords } from "../../../src/audit/store/store.ts";
import { type ChainHead, GENESIS } from "../../../verifier/event/chain-head.ts";
import { readRecord } from "../../../verifier/event/record.ts";

const START = Date.parse("2026-11-22T10:00:00.000Z");

/** 240 events of 24 instants, ten at each, so that a page's edge falls between events of one time. */
const facts = Array.from(
  { length: 240 },
  (_, index): AuditFact => ({
    type: "call",
    subject: index % 3 === 0 ? "ada" : "bob",
    tool: index % 2 === 0 ? "get_device" : "contain_device",
    target: `device/d${index % 5}`,
    decision: "allow",
    outcome: index % 7 === 0 ? "error" : "ok",
    args: { secret_looking: "never in a result" },
  }),
);

beforeAll(async () => {
  let head: ChainHead = GENESIS;
  const records = facts.map((fact, index) => {
    const next = link(
      head,
      {
        chain: "session/search/test",
        tenant: "acme",
        event_id: `0190c0de-0000-7000-8000-${String(index).padStart(12, "0")}`,
        at: new Date(START + Math.floor(index / 10) * 1_000).toISOString(),
      },
      fact,
    );
    head = next;
    const read = readRecord(next.event);
    if (!read.ok) throw new Error(read.reason);
    return read.record;
  });
  await storeRecords(env.DB, records);
});

async function all(query: Omit<AuditQuery, "cursor">): Promise<number[]> {
  const seqs: number[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof searchAudit>> = await searchAudit(env.DB, { ...query, cursor });
    expect(page.events.length).toBeLessThanOrEqual(Math.min(query.limit, 100));
    seqs.push(...page.events.map(({ seq }) => seq));
    cursor = page.next_cursor;
  } while (cursor !== null);
  return seqs;
}

function expected(keep: (fact: AuditFact, index: number) => boolean): number[] {
  return facts.flatMap((fact, index) => (keep(fact, index) ? [index + 1] : [])).reverse();
}

describe("searching", () => {
  test("pages through everything, newest first, without a gap or a repetition", async () => {
    expect(await all({ limit: 7 })).toEqual(expected(() => true));
    expect(await all({ limit: 100 })).toEqual(expected(() => true));
  });

  test.each<[string, Omit<AuditQuery, "limit">, (fact: AuditFact, index: number) => boolean]>([
    ["subject", { subject: "ada" }, ({ subject }) => subject === "ada"],
    ["tool", { tool: "contain_device" }, ({ tool }) => tool === "contain_device"],
    ["target", { target: "device/d3" }, ({ target }) => target === "device/d3"],
    ["outcome", { outcome: "error" }, ({ outcome }) => outcome === "error"],
    ["since", { since: "2026-11-22T11:00:12+01:00" }, (_fact, index) => index >= 120],
    [
      "all of them",
      { since: "2026-11-22T10:00:12Z", subject: "ada", tool: "get_device" },
      ({ subject, tool }, index) => index >= 120 && subject === "ada" && tool === "get_device",
    ],
    ["nothing that exists", { subject: "nobody" }, () => false],
  ])("by %s", async (_name, query, keep) => {
    expect(await all({ ...query, limit: 13 })).toEqual(expected(keep));
  });

  test("never returns more than a hundred at once", async () => {
    const { events } = await searchAudit(env.DB, { limit: 100_000 });
    expect(events).toHaveLength(100);
  });

  test("returns what identifies an event, and neither its text nor its arguments", async () => {
    const { events } = await searchAudit(env.DB, { limit: 1 });
    expect(Object.keys(events[0] ?? {}).sort()).toEqual([
      "at",
      "chain",
      "client_id",
      "decision",
      "error_code",
      "error_kind",
      "event_id",
      "hash",
      "operation_id",
      "outcome",
      "seq",
      "session_id",
      "subject",
      "target",
      "tool",
      "type",
    ]);
    expect(JSON.stringify(events)).not.toContain("never in a result");
  });
});

describe("a cursor", () => {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

  test.each([
    ["not base64url of JSON", "%%%"],
    ["empty", ""],
    ["of another shape", encode({ page: 2 })],
    ["with SQL in it", encode({ at: "' OR 1=1 --", event_id: "x" })],
    [
      "with more than a cursor has",
      encode({ at: "2026-11-22T10:00:00.000Z", event_id: "0190c0de-0000-7000-8000-000000000001", x: 1 }),
    ],
  ])("that is %s is refused by name", async (_what, cursor) => {
    await expect(searchAudit(env.DB, { limit: 10, cursor })).rejects.toMatchObject({
      name: "Failure",
      code: "invalid_input",
      detail: { issues: [{ path: "cursor" }] },
    });
  });

  test("is refused like a time that is none", async () => {
    await expect(searchAudit(env.DB, { limit: 10, since: "yesterday" })).rejects.toMatchObject({
      code: "invalid_input",
      detail: { issues: [{ path: "since" }] },
    });
  });
});

test("every filter is answered from an index", async () => {
  for (const [column, value] of Object.entries({
    subject: "ada",
    tool: "t",
    target: "device/d1",
    operation_id: "op",
  })) {
    const { results } = await env.DB.prepare(
      `EXPLAIN QUERY PLAN SELECT * FROM audit_events WHERE ${column} = ? ORDER BY at DESC, event_id DESC LIMIT 10`,
    )
      .bind(value)
      .all<{ detail: string }>();
    const plan = results.map(({ detail }) => detail).join("; ");
    expect(plan).toContain("USING INDEX audit_events_");
    expect(plan).not.toContain("TEMP B-TREE");
  }
});
