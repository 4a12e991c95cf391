import { beforeEach, expect, test } from "vitest";
import { RefusalCounter } from "../../src/auth/refusal-counter.ts";

const NOW = Date.UTC(2026, 10, 22);
let lines: { refusal: string; times: number }[];
let counter: RefusalCounter;

beforeEach(() => {
  lines = [];
  counter = new RefusalCounter((refusal, times) => lines.push({ refusal, times }));
});

test("a flood writes a line in ten seconds, and each line says how many it stands for", () => {
  for (let at = 0; at < 25_000; at += 10) counter.count({ category: "mcp", reason: "no_token" }, NOW + at);
  expect(lines.map(({ refusal, times }) => [refusal, times])).toEqual([
    ["mcp.no_token", 1],
    ["mcp.no_token", 1_000],
    ["mcp.no_token", 1_000],
  ]);
  expect(counter.totals()).toEqual({
    since: "2026-11-22T00:00:00.000Z",
    total: 2_500,
    by_kind: { "mcp.no_token": 2_500 },
  });
});

test("kinds are kept apart, and a stranger can't make memory full of them", () => {
  counter.count({ category: "mcp", reason: "no_token" }, NOW);
  for (let i = 0; i < 5_000; i += 1) {
    counter.count({ category: "authorize", reason: `made up ${i} ${"x".repeat(1_000)}` }, NOW);
  }
  counter.count({ category: "mcp", reason: "no_token" }, NOW);
  const { total, by_kind } = counter.totals();
  expect(by_kind).toMatchObject({ "mcp.no_token": 2, others: 4_901 });
  expect(Object.keys(by_kind)).toHaveLength(101);
  expect(Math.max(...Object.keys(by_kind).map(({ length }) => length))).toBe(120);
  expect(total).toBe(5_002);
});

test("before anything was refused there is nothing to say", () => {
  expect(counter.totals()).toEqual({ since: null, total: 0, by_kind: {} });
});
