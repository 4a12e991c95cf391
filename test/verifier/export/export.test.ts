import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AuditRecord } from "../../../verifier/event/record.ts";
import { exportLine } from "../../../verifier/export/export.ts";
import { exportColumns, readExport } from "../../../verifier/export/exported.ts";
import type { VerifierFinding } from "../../../verifier/verify/finding.ts";
import { verifyEvents } from "../../../verifier/verify/verify.ts";
import { chainRecords } from "../../audit/chain-fixture.ts";

const CHAINS = ["effect/device-d1/test", "session/s1/test"] as const;
const LENGTH = 6;

const records = CHAINS.flatMap((chain) => chainRecords(chain, LENGTH));
const lines = records.map((record) => exportLine(record, record.event));

function findings(tampered: readonly string[]): readonly VerifierFinding[] {
  return verifyEvents([...readExport(tampered)], null, exportColumns).findings;
}

function found(tampered: readonly string[]): string[] {
  return findings(tampered).map(({ chain, seq, defect }) => `${defect} ${chain} ${seq}`);
}

function recordAt(index: number): AuditRecord {
  return records[index] ?? expect.fail();
}

const anyLine = fc.integer({ min: 0, max: lines.length - 1 });

describe("an export", () => {
  test("is verified by itself", () => {
    expect(verifyEvents([...readExport(lines)], null, exportColumns)).toMatchObject({
      chains: CHAINS.length,
      events: lines.length,
      findings: [],
    });
  });

  test("with one byte changed names the event, wherever the byte is", () => {
    fc.assert(
      fc.property(anyLine, fc.nat(), fc.integer({ min: 32, max: 126 }), (index, offset, code) => {
        const line = lines[index] ?? "";
        const at = offset % line.length;
        const byte = String.fromCharCode(code);
        fc.pre(line[at] !== byte);
        const { chain, seq } = recordAt(index);
        const result = findings(lines.with(index, line.slice(0, at) + byte + line.slice(at + 1)));
        expect(result).toContainEqual(expect.objectContaining({ chain, seq }));
      }),
      { numRuns: 1_000 },
    );
  });

  test("with a line removed names its event, but for the end of a chain, which nobody can know of", () => {
    fc.assert(
      fc.property(anyLine, (index) => {
        const { chain, seq } = recordAt(index);
        expect(found(lines.toSpliced(index, 1))).toEqual(seq === LENGTH ? [] : [`removed ${chain} ${seq}`]);
      }),
    );
  });

  test("with two lines of a chain exchanged names both", () => {
    expect(found(lines.with(1, lines[3] ?? "").with(3, lines[1] ?? ""))).toEqual([
      `reordered ${CHAINS[0]} 2`,
      `reordered ${CHAINS[0]} 4`,
    ]);
  });

  test("with a line inserted names it", () => {
    fc.assert(
      fc.property(anyLine, anyLine, (index, at) => {
        const { chain, seq } = recordAt(index);
        expect(found(lines.toSpliced(at, 0, lines[index] ?? ""))).toContain(`inserted ${chain} ${seq}`);
      }),
    );
  });

  test("with a line that can't be read says which event should be there", () => {
    fc.assert(
      fc.property(anyLine, (index) => {
        const { chain, seq } = recordAt(index);
        expect(found(lines.with(index, "{ not JSON"))).toEqual([`edited ${chain} ${seq}`]);
      }),
    );
  });

  test("of nothing but rubbish is no clean export", () => {
    expect(findings(["rubbish", "[]", "{}"])).not.toEqual([]);
  });

  test("repeats what the store says, so that it can't whitewash an edited event", () => {
    const { event, ...place } = recordAt(2);
    const edited = event.replace('"subject":"ada"', '"subject":"bob"');
    expect(found(lines.with(2, exportLine(place, edited)))).toEqual([`edited ${CHAINS[0]} 3`]);
    expect(found(lines.with(2, exportLine(place, "no event")))).toEqual([`edited ${CHAINS[0]} 3`]);
  });

  test("names the attributes that aren't what the text makes them", () => {
    const line = (lines[2] ?? "").replace('"status":"Failure"', '"status":"Success"');
    expect(findings(lines.with(2, line))).toMatchObject([
      { chain: CHAINS[0], seq: 3, defect: "column_mismatch", detail: expect.stringContaining("status") },
    ]);
  });
});
