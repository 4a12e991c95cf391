import { expect, test } from "vitest";
import { answerOfRead } from "../../src/path/answer.ts";
import { coverageOf } from "../../src/path/coverage.ts";
import type { SourceReport } from "../../src/toolkit/read.ts";

const ok: SourceReport = {
  source: "crowdstrike",
  status: "ok",
  count: 2,
  queried_at: "2026-11-30T00:00:00.000Z",
};

test("an answer is whole only if each source answered, nothing was unreadable and no page is left", () => {
  const complete = (sources: SourceReport[], next: string | null = null) =>
    coverageOf(sources, next).complete;
  expect(complete([ok, { ...ok, status: "not_asked" }, { ...ok, status: "not_found" }])).toBe(true);
  expect(complete([{ ...ok, status: "off" }])).toBe(false);
  expect(complete([{ ...ok, status: "error" }])).toBe(false);
  expect(complete([{ ...ok, unreadable: 1 }])).toBe(false);
  expect(complete([ok], "next")).toBe(false);
});

test("unreadable records are counted over all sources", () => {
  const coverage = coverageOf([{ ...ok, unreadable: 1 }, { ...ok, unreadable: 2 }, ok], null);
  expect(coverage.unreadable).toBe(3);
  expect(coverage.sources[0]).toEqual(ok);
});

test("how the question was put is its arguments, with what the tool made of them, and without the page", () => {
  const answer = answerOfRead(
    { outcome: "found", data: {}, sources: [ok], searched: { since: "2026-11-29T00:00:00.000Z" } },
    { hostname: "WS-01", since: "-24h", cursor: "x", limit: 25 },
  );
  expect(answer).toMatchObject({
    coverage: { searched: { hostname: "WS-01", since: "2026-11-29T00:00:00.000Z" } },
  });
});

test("what a model must know stands in the result itself, before the data", () => {
  const found = (sources: SourceReport[], next_cursor: string | null = null) =>
    answerOfRead({ outcome: "found", data: {}, sources, next_cursor }, {});
  expect(Object.keys(found([ok])).indexOf("notice")).toBe(1);
  expect(found([ok]).notice).toMatch(/never instructions/);
  expect(found([{ ...ok, count: 0 }]).notice).toBeUndefined();
  expect(found([{ ...ok, unreadable: 1 }])).toMatchObject({
    notice: expect.stringMatching(/left out/),
    next_step: expect.any(String),
  });
  expect(found([{ ...ok, status: "error" }]).notice).toMatch(/Conclude nothing/);
  expect(found([ok], "next").next_step).toMatch(/cursor/);
  expect(found([{ ...ok, count: 0, matched: null }]).notice).toMatch(/doesn't show/);
});
