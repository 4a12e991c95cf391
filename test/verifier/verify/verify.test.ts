import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AuditRecord } from "../../../verifier/event/record.ts";
import { recordColumns, type StoredEvent } from "../../../verifier/event/stored-event.ts";
import type { Defect } from "../../../verifier/verify/finding.ts";
import { verifyEvents } from "../../../verifier/verify/verify.ts";
import { chainRecords, headOf, stored } from "../../audit/chain-fixture.ts";
import { at, forged, found, heads, inOrder, withText } from "../../audit/tampering.ts";

const CHAIN = "session/s1/test";
const OTHER = "effect/device-d1/test";

const anyLength = fc.integer({ min: 3, max: 25 });
/** A chain's length and one of its numbers. */
const anyPlace = anyLength.chain((length) =>
  fc.record({ length: fc.constant(length), seq: fc.integer({ min: 1, max: length }) }),
);

describe("an untouched store", () => {
  test("has nothing to find, online and from an export alone", () => {
    fc.assert(
      fc.property(anyLength, anyLength, (length, otherLength) => {
        const records = chainRecords(CHAIN, length);
        const others = chainRecords(OTHER, otherLength);
        const rows = inOrder([...records, ...others].map(stored));
        const live = heads(headOf(records), headOf(others));
        expect(verifyEvents(rows, () => live, recordColumns)).toMatchObject({
          chains: 2,
          events: length + otherLength,
          findings: [],
        });
        expect(found(rows, null)).toEqual([]);
      }),
    );
  });
});

describe("one byte of an event", () => {
  test("that was edited names that event, wherever the byte is", () => {
    fc.assert(
      fc.property(
        anyPlace,
        fc.nat(),
        fc.integer({ min: 32, max: 126 }),
        fc.boolean(),
        ({ length, seq }, offset, code, rehash) => {
          const records = chainRecords(CHAIN, length);
          const rows = records.map(stored);
          const row = rows[seq - 1] as StoredEvent;
          const index = offset % row.event.length;
          const byte = String.fromCharCode(code);
          fc.pre(row.event[index] !== byte);
          const event = row.event.slice(0, index) + byte + row.event.slice(index + 1);
          rows[seq - 1] = withText(row, event, rehash);
          expect(found(rows, heads(headOf(records)))).toEqual([`edited ${seq}`]);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("is found from what is stored alone too", () => {
    fc.assert(
      fc.property(anyPlace, fc.nat(), fc.integer({ min: 32, max: 126 }), ({ length, seq }, offset, code) => {
        const rows = chainRecords(CHAIN, length).map(stored);
        const row = rows[seq - 1] as StoredEvent;
        const index = offset % row.event.length;
        const byte = String.fromCharCode(code);
        fc.pre(row.event[index] !== byte);
        const event = row.event.slice(0, index) + byte + row.event.slice(index + 1);
        rows[seq - 1] = withText(row, event, false);
        expect(found(rows, null)).toEqual([`edited ${seq}`]);
      }),
      { numRuns: 500 },
    );
  });

  test.each([1, 5, 7])("in its number, made %i, names the event that it was", (claimed) => {
    const records = chainRecords(CHAIN, 6);
    const rows = records.map(stored);
    const row = rows[2] as StoredEvent;
    rows[2] = withText(row, row.event.replace('"seq":3', `"seq":${claimed}`), false);
    expect(found(rows, heads(headOf(records)))).toEqual(["edited 3"]);
    expect(found(rows, null)).toEqual(["edited 3"]);
  });

  test("that was hashed anew is found from what is stored alone, unless it is the last event's", () => {
    fc.assert(
      fc.property(anyPlace, ({ length, seq }) => {
        const records = chainRecords(CHAIN, length);
        const rows = records.map(stored);
        rows[seq - 1] = forged(records[seq - 1] as AuditRecord, { subject: "bob" });
        expect(found(rows, null)).toEqual(seq === length ? [] : [`edited ${seq}`]);
      }),
    );
  });

  test("that was hashed anew, with everything after it, is found at the live head", () => {
    const records = chainRecords(CHAIN, 9);
    const rewritten = [
      ...records.slice(0, 4),
      ...chainRecords(CHAIN, 9, { type: "call", decision: "deny", outcome: "error" }).slice(4),
    ];
    expect(found(rewritten.map(stored), heads(headOf(records)))).toContain("edited 9");
  });
});

describe("a removed event", () => {
  test("is named, with those beside it that were removed too", () => {
    fc.assert(
      fc.property(anyPlace, fc.integer({ min: 1, max: 4 }), ({ length, seq }, count) => {
        const records = chainRecords(CHAIN, length);
        const last = Math.min(seq + count - 1, length - 1);
        fc.pre(seq < length);
        const rows = records.filter((record) => record.seq < seq || record.seq > last).map(stored);
        const expected = [last > seq ? `removed ${seq}-${last}` : `removed ${seq}`];
        expect(found(rows, heads(headOf(records)))).toEqual(expected);
        expect(found(rows, null)).toEqual(expected);
      }),
    );
  });

  test("is named even if those after it were moved up", () => {
    const records = chainRecords(CHAIN, 8);
    const rows = records
      .filter(({ seq }) => seq !== 3)
      .map((record) => at(stored(record), record.seq > 3 ? record.seq - 1 : record.seq));
    expect(found(rows, heads(headOf(records)))).toEqual(["removed 3"]);
    expect(found(rows, null)).toEqual(["removed 3"]);
  });
});

describe("a cut tail", () => {
  test("is named from the first event that is missing to the live head", () => {
    fc.assert(
      fc.property(anyPlace, ({ length, seq }) => {
        const records = chainRecords(CHAIN, length);
        const rows = records.slice(0, seq - 1).map(stored);
        expect(found(rows, heads(headOf(records)))).toEqual([
          seq === length ? `cut_tail ${seq}` : `cut_tail ${seq}-${length}`,
        ]);
      }),
    );
  });

  test("is told from what its object still holds to be sent", () => {
    const records = chainRecords(CHAIN, 9);
    const live = heads({ ...headOf(records), pending_from: 7 });
    const without = (...seqs: number[]) => records.filter(({ seq }) => !seqs.includes(seq)).map(stored);
    expect(found(without(8, 9), live)).toEqual(["in_flight 8-9"]);
    expect(found(without(6, 7, 8, 9), live)).toEqual(["cut_tail 6", "in_flight 7-9"]);
    expect(found(without(7), live)).toEqual(["in_flight 7"]);
    expect(found(without(6, 7), live)).toEqual(["removed 6", "in_flight 7"]);
  });

  test("that has been on its way for too long is a failure, up to where it has", () => {
    const records = chainRecords(CHAIN, 9);
    const live = heads({ ...headOf(records), pending_from: 7, overdue_through: 8 });
    const rows = records.slice(0, 6).map(stored);
    expect(found(rows, live)).toEqual(["undelivered 7-8", "in_flight 9"]);
  });

  test("can't be seen in an export alone", () => {
    expect(found(chainRecords(CHAIN, 9).slice(0, 5).map(stored), null)).toEqual([]);
  });
});

describe("two events in each other's place", () => {
  const anyPair = anyLength.chain((length) =>
    fc.record({
      length: fc.constant(length),
      pair: fc.uniqueArray(fc.integer({ min: 1, max: length }), { minLength: 2, maxLength: 2 }),
    }),
  );

  test("are both named", () => {
    fc.assert(
      fc.property(anyPair, fc.boolean(), ({ length, pair }, online) => {
        const [a = 0, b = 0] = pair.toSorted((x, y) => x - y);
        const records = chainRecords(CHAIN, length);
        const rows = records.map((record) =>
          at(stored(record), record.seq === a ? b : record.seq === b ? a : record.seq),
        );
        expect(found(inOrder(rows), online ? heads(headOf(records)) : null)).toEqual([
          `reordered ${a}`,
          `reordered ${b}`,
        ]);
      }),
    );
  });

  test("are both named when only their texts were exchanged", () => {
    fc.assert(
      fc.property(anyPair, fc.boolean(), ({ length, pair }, online) => {
        const [a = 0, b = 0] = pair.toSorted((x, y) => x - y);
        const records = chainRecords(CHAIN, length);
        const rows = records.map(stored);
        const [first, second] = [rows[a - 1] as StoredEvent, rows[b - 1] as StoredEvent];
        rows[a - 1] = { ...first, event: second.event };
        rows[b - 1] = { ...second, event: first.event };
        expect(found(rows, online ? heads(headOf(records)) : null)).toEqual([
          `reordered ${a}`,
          `reordered ${b}`,
        ]);
      }),
    );
  });

  test("are both named when the lines of an export were exchanged", () => {
    const rows = chainRecords(CHAIN, 9).map(stored);
    const moved = rows.map((row, index) => rows[index === 2 ? 6 : index === 6 ? 2 : index] ?? row);
    expect(found(moved, null)).toEqual(["reordered 3", "reordered 7"]);
  });
});

describe("an inserted event", () => {
  test("is named when it took a place and those after it were moved down", () => {
    fc.assert(
      fc.property(anyPlace, fc.boolean(), ({ length, seq }, online) => {
        const records = chainRecords(CHAIN, length);
        const forgery = forged(records[seq - 1] as AuditRecord, { subject: "mallory" });
        const rows = [
          ...records.map((record) => at(stored(record), record.seq < seq ? record.seq : record.seq + 1)),
          forgery,
        ];
        fc.pre(online || seq < length);
        expect(found(inOrder(rows), online ? heads(headOf(records)) : null)).toEqual([`inserted ${seq}`]);
      }),
    );
  });

  test("is named at the end, however well it is linked", () => {
    const records = chainRecords(CHAIN, 5);
    const longer = chainRecords(CHAIN, 6).at(-1) as AuditRecord;
    expect(found([...records, longer].map(stored), heads(headOf(records)))).toEqual(["inserted 6"]);
  });

  test("is named at the end of an export when it is a copy with a new number", () => {
    const records = chainRecords(CHAIN, 5);
    const copy = forged(records[2] as AuditRecord, { seq: 6 });
    expect(found([...records.map(stored), copy], null)).toEqual(["inserted 6"]);
  });

  test("is named when an export has two events of one number, whichever comes first", () => {
    const records = chainRecords(CHAIN, 5);
    const forgery = forged(records[2] as AuditRecord, { subject: "mallory" });
    const rows = records.map(stored);
    expect(found(rows.toSpliced(2, 0, forgery), null)).toEqual(["inserted 3"]);
    expect(found(rows.toSpliced(3, 0, forgery), null)).toEqual(["inserted 3"]);
    expect(found(rows.toSpliced(3, 0, rows[2] as StoredEvent), null)).toEqual(["inserted 3"]);
  });

  test("is named when its whole chain is nobody's", () => {
    const records = chainRecords(CHAIN, 2);
    const result = verifyEvents(
      inOrder([...records, ...chainRecords(OTHER, 2)].map(stored)),
      () => heads(headOf(records)),
      recordColumns,
    );
    expect(result.findings.map(({ chain, seq, defect }) => [chain, seq, defect])).toEqual([
      [OTHER, 1, "inserted"],
      [OTHER, 2, "inserted"],
    ]);
  });

  test("is named where it stands, though it is a copy of another chain's", () => {
    const records = chainRecords(CHAIN, 2);
    const copy = { ...stored(records[1] as AuditRecord), chain: OTHER };
    const result = verifyEvents([copy, ...records.map(stored)], () => heads(headOf(records)), recordColumns);
    expect(result.findings).toMatchObject([{ chain: OTHER, seq: 2, defect: "inserted" }]);
  });

  test("with an absurd number costs no time", () => {
    const records = chainRecords(CHAIN, 3);
    const far = forged(records[2] as AuditRecord, { seq: Number.MAX_SAFE_INTEGER });
    expect(found([...records.map(stored), far], heads(headOf(records)))).toEqual([
      `inserted ${Number.MAX_SAFE_INTEGER}`,
    ]);
    expect(found([...records.map(stored), far], null)).toEqual([`inserted ${Number.MAX_SAFE_INTEGER}`]);
  });
});

test("several defects in one chain are all named", () => {
  const records = chainRecords(CHAIN, 20);
  const rows = records.map(stored);
  const edit = (seq: number) => {
    const row = rows[seq - 1] as StoredEvent;
    rows[seq - 1] = withText(row, row.event.replace("ada", "bob"), false);
  };
  edit(4);
  edit(5);
  edit(15);
  const tampered = rows.filter(({ seq }) => ![9, 10, 19, 20].includes(seq));
  const expected: `${Defect} ${string}`[] = [
    "edited 4",
    "edited 5",
    "removed 9-10",
    "edited 15",
    "cut_tail 19-20",
  ];
  expect(found(tampered, heads(headOf(records)))).toEqual(expected);
});

test("an edit is named in a chain whose numbers an insertion or a removal has shifted", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 2, max: 11 }), { minLength: 2, maxLength: 2 }),
      fc.boolean(),
      ([shift = 0, edit = 0], insert) => {
        const records = chainRecords(CHAIN, 12);
        const rows = records
          .filter(({ seq }) => insert || seq !== shift)
          .map((record) => {
            const row = stored(record);
            const moved = at(row, record.seq < shift ? record.seq : record.seq + (insert ? 1 : -1));
            return record.seq === edit ? withText(moved, row.event.replace("ada", "bob"), false) : moved;
          });
        if (insert) rows.push(forged(records[shift - 1] as AuditRecord, { subject: "mallory" }));
        const names = found(inOrder(rows), heads(headOf(records)));
        expect(names).toContain(`${insert ? "inserted" : "removed"} ${shift}`);
        expect(names.some((name) => name === `edited ${edit}`)).toBe(true);
        expect(names).toHaveLength(2);
      },
    ),
  );
});
