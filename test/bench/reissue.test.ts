import { expect, test } from "vitest";
import { reissue } from "../../bench/growth/reissue.ts";
import { link } from "../../src/audit/event/chain.ts";
import { type ChainHead, eventHash, GENESIS } from "../../verifier/event/chain-head.ts";
import { type AuditRecord, readRecord } from "../../verifier/event/record.ts";

const CHAINS = ["session/one/AAAAAAAAAAAA", "effect/device/0123/BBBBBBBBBBBB"];

/** Events of two chains, as objects leave them: each chain in its own order. */
const left = CHAINS.flatMap((chain) => {
  let head: ChainHead = GENESIS;
  return ["get_device", "list_alerts", "get_user"].map((tool, nth) => {
    const event_id = `0190c0de-0000-7000-8000-${String(nth).padStart(12, "0")}`;
    const stamp = { chain, tenant: "acme", event_id, at: "2026-11-01T00:00:00.000Z" };
    const next = link(head, stamp, { type: "call", decision: "allow", outcome: "ok", tool, args: { nth } });
    head = next;
    return next.event;
  });
});

const records = (texts: readonly string[]): AuditRecord[] =>
  texts.map((text) => {
    const read = readRecord(text);
    if (!read.ok) throw new Error(read.reason);
    return read.record;
  });

test("what is issued again says the same, in as many bytes", () => {
  const facts = (text: string) => {
    const { chain: _c, seq: _s, prev: _p, event_id: _e, at: _a, ...fact } = JSON.parse(text);
    return fact;
  };
  const again = reissue(left, 7);
  expect(again.map(facts)).toEqual(left.map(facts));
  expect(again.map((text) => text.length)).toEqual(left.map((text) => text.length));
});

test("chains that are issued again hold together", () => {
  const heads = new Map<string, string>();
  for (const { chain, prev, event } of records(reissue(left, 7))) {
    expect(prev).toBe(heads.get(chain) ?? GENESIS.hash);
    heads.set(chain, eventHash(event));
  }
  expect(heads.size).toBe(CHAINS.length);
});

test("no copy takes the place or the id of another's event", () => {
  const all = records([...left, ...reissue(left, 1), ...reissue(left, 2)]);
  expect(new Set(all.map(({ chain, seq }) => `${chain}#${seq}`)).size).toBe(3 * left.length);
  expect(
    new Set(records([...reissue(left, 1), ...reissue(left, 2)]).map(({ event_id }) => event_id)).size,
  ).toBe(2 * left.length);
});
