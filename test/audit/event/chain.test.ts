import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_EVENT_BYTES } from "../../../src/audit/event/canonical-event.ts";
import { link } from "../../../src/audit/event/chain.ts";
import type { AuditFact } from "../../../src/audit/event/event.ts";
import type { JsonObject } from "../../../src/toolkit/json.ts";
import { type ChainHead, GENESIS } from "../../../verifier/event/chain-head.ts";
import { readRecord } from "../../../verifier/event/record.ts";
import { FULL_FACT } from "../chain-fixture.ts";

const STAMP = {
  chain: "session/s1/test",
  tenant: "acme",
  event_id: "0190c0de-0000-7000-8000-000000000001",
  at: "2026-11-22T10:00:00.000Z",
};

/** Text as a caller may send it: any UTF-16, well formed or not. */
const anyText = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
});
const anyArgs = fc.dictionary(
  anyText,
  fc.anything({ values: [anyText, fc.double(), fc.boolean(), fc.constant(null)], key: anyText }),
);

function append(fact: AuditFact, head: ChainHead = GENESIS) {
  return link(head, STAMP, fact);
}

describe("a link", () => {
  test("goes on from its head, and hashes exactly its text", () => {
    fc.assert(
      fc.property(fc.array(anyArgs, { minLength: 1, maxLength: 10 }), (list) => {
        let head: ChainHead = GENESIS;
        for (const args of list) {
          const next = append({ ...FULL_FACT, args: args as JsonObject }, head);
          expect(next.seq).toBe(head.seq + 1);
          expect(next.prev).toBe(head.hash);
          expect(JSON.parse(next.event)).toMatchObject({ ...STAMP, seq: next.seq, prev: next.prev });
          expect(createHash("sha256").update(Buffer.from(next.event, "utf8")).digest("hex")).toBe(next.hash);
          head = next;
        }
      }),
    );
  });

  test("has the RFC 8785 form whatever a caller sent, and can be read back as a record", () => {
    fc.assert(
      fc.property(anyArgs, anyText, (args, tool) => {
        const { event } = append({ ...FULL_FACT, tool, args: args as JsonObject });
        expect(canonicalize(JSON.parse(event))).toBe(event);
        expect(event.isWellFormed()).toBe(true);
        expect(event).not.toContain("\\u0000");
        expect(readRecord(event)).toMatchObject({ ok: true });
      }),
    );
  });

  test("can't be told another chain, number or time by its fact", () => {
    const fact = {
      ...FULL_FACT,
      chain: "other",
      seq: 9,
      prev: "x",
      at: "now",
      tenant: "evil",
      event_id: "y",
    };
    expect(JSON.parse(append(fact).event)).toMatchObject({ ...STAMP, seq: 1, prev: GENESIS.hash });
  });

  test("leaves out what is null or absent, and nothing else", () => {
    const { event } = append({
      type: "call",
      decision: "deny",
      outcome: "error",
      subject: null,
      latency_ms: 0,
    });
    expect(Object.keys(JSON.parse(event)).sort()).toEqual(
      [
        "at",
        "chain",
        "decision",
        "event_id",
        "latency_ms",
        "outcome",
        "prev",
        "seq",
        "tenant",
        "type",
      ].sort(),
    );
  });

  test("differs for facts that differ only in a type", () => {
    expect(append({ ...FULL_FACT, args: { n: 1 } }).hash).not.toBe(
      append({ ...FULL_FACT, args: { n: "1" } }).hash,
    );
  });
});

describe("an event that is too large", () => {
  const bytes = (text: string) => Buffer.byteLength(text, "utf8");

  test("is cut down to what a queue takes, with the size and digest of what was cut", () => {
    const text = "é".repeat(200_000);
    const { event } = append({ ...FULL_FACT, args: { text, kept: "short" } });
    expect(bytes(event)).toBeLessThanOrEqual(MAX_EVENT_BYTES);
    const { args } = JSON.parse(event);
    expect(args.kept).toBe("short");
    expect(args.text).toContain(`cut: ${bytes(text)} bytes`);
    expect(args.text).toContain(createHash("sha256").update(text).digest("hex"));
  });

  test("loses its largest part first, and keeps every column", () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`field_${index}`, index]));
    const { event } = append({ ...FULL_FACT, args: many, detail: { small: true } });
    expect(bytes(event)).toBeLessThanOrEqual(MAX_EVENT_BYTES);
    const { args, detail, ...rest } = JSON.parse(event);
    const whole = canonicalize(many) ?? "";
    expect(args).toEqual({
      cut: { bytes: bytes(whole), sha256: createHash("sha256").update(whole).digest("hex") },
    });
    expect(detail).toEqual({ small: true });
    expect(rest).toMatchObject(FULL_FACT);
  });

  test("fits whatever it is that is large", () => {
    const large = fc.constantFrom(
      "args",
      "detail",
      "tool",
      "target",
      "error_code",
      "roles",
      "steps",
      "finding_id",
    );
    fc.assert(
      fc.property(fc.uniqueArray(large, { minLength: 1 }), (names) => {
        const fact: Record<string, unknown> = { ...FULL_FACT };
        for (const name of names) {
          fact[name] =
            name === "args" || name === "detail"
              ? { deep: { list: Array.from({ length: 20_000 }, (_, index) => index) } }
              : name === "roles" || name === "steps"
                ? Array.from({ length: 20_000 }, () => "viewer")
                : "ü".repeat(100_000);
        }
        const { event } = append(fact as unknown as AuditFact);
        expect(bytes(event)).toBeLessThanOrEqual(MAX_EVENT_BYTES);
        expect(readRecord(event)).toMatchObject({ ok: true });
      }),
      { numRuns: 25 },
    );
  });

  test("may be nested deeper than anything can follow", () => {
    let args: JsonObject = {};
    for (let depth = 0; depth < 100_000; depth++) args = { args };
    expect(append({ ...FULL_FACT, args }).event).toContain("nested too deeply");
  });
});

describe("reading a text", () => {
  test.each([
    ["no text", 7, "not a text"],
    ["no JSON", "{", "not JSON"],
    ["another object", '{"chain":"c"}', "not an audit event"],
  ])("refuses %s", (_what, text, reason) => {
    expect(readRecord(text)).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
  });
});
