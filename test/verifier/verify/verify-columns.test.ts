import { describe, expect, test } from "vitest";
import type { AuditRecord } from "../../../verifier/event/record.ts";
import { recordColumns, type StoredEvent } from "../../../verifier/event/stored-event.ts";
import { verifyEvents } from "../../../verifier/verify/verify.ts";
import { chainRecords, headOf, stored } from "../../audit/chain-fixture.ts";
import { at, found, heads, inOrder } from "../../audit/tampering.ts";

const CHAIN = "session/s1/test";
const OTHER = "effect/device-d1/test";

describe("a column that says something else than its text", () => {
  const columns = Object.keys(stored(chainRecords(CHAIN, 1)[0] as AuditRecord).columns).filter(
    (name) => name !== "seq" && name !== "chain",
  );

  test.each(columns)("is named: %s", (name) => {
    const records = chainRecords(CHAIN, 4);
    const rows = records.map(stored);
    const row = rows[1] as StoredEvent;
    const columns = { ...row.columns, [name]: "something else" };
    rows[1] = { ...row, hash: String(columns.hash), columns };
    const { findings } = verifyEvents(rows, () => heads(headOf(records)), recordColumns);
    expect(findings).toMatchObject([{ chain: CHAIN, seq: 2, defect: "column_mismatch" }]);
    expect(findings[0]?.detail).toContain(name);
  });

  test("is named when it was emptied", () => {
    const records = chainRecords(CHAIN, 4);
    const rows = records.map(stored);
    const row = rows[1] as StoredEvent;
    rows[1] = { ...row, columns: { ...row.columns, subject: null } };
    expect(found(rows, heads(headOf(records)))).toEqual(["column_mismatch 2"]);
  });

  test("is named when it is the number, and no other event's", () => {
    const records = chainRecords(CHAIN, 4);
    const rows = records.map((record) => at(stored(record), record.seq === 2 ? 900 : record.seq));
    expect(found(inOrder(rows), heads(headOf(records)))).toEqual(["column_mismatch 2"]);
  });

  test("is named when it is the chain, in the chain that the event is of", () => {
    const records = chainRecords(CHAIN, 4);
    const others = chainRecords(OTHER, 1);
    const rows = [...records, ...others].map((record) => {
      const row = stored(record);
      if (record.chain !== CHAIN || record.seq !== 3) return row;
      return { ...row, chain: OTHER, columns: { ...row.columns, chain: OTHER } };
    });
    const live = heads(headOf(records), headOf(others));
    const { findings } = verifyEvents(inOrder(rows), () => live, recordColumns);
    expect(findings).toMatchObject([{ chain: CHAIN, seq: 3, defect: "column_mismatch" }]);
  });
});
