import { describe, expect, it } from "vitest";
import { z } from "zod";
import { inputJsonSchema, parseInput, takeApart } from "../../src/path/input.ts";
import { changeSpec, changeTool } from "../../src/toolkit/change.ts";
import { Failure } from "../../src/toolkit/failure.ts";
import { defineRead } from "../../src/toolkit/read.ts";
import type { Tool } from "../../src/toolkit/tool.ts";
import { TOOLS } from "../support/deployed.ts";

const annotations = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true };
const words = { title: "Test", description: "Test", annotations };

const search = defineRead({
  ...words,
  name: "search",
  scope: "devices:read",
  credentials: [],
  input: z.strictObject({
    level: z.enum(["low", "high"]).optional(),
    limit: z.int().min(1).max(100).default(25),
    name: z
      .string()
      .regex(/^[a-z]+$/)
      .optional(),
  }),
  output: z.strictObject({}),
  run: () => Promise.reject(new Error("not run")),
});

const change = changeTool(
  changeSpec({
    ...words,
    name: "change",
    capability: "devices",
    scope: "devices:contain",
    window_ms: 1,
    reversed_by: null,
    countermeasure: null,
    input: z.strictObject({ device_id: z.string() }),
    output: z.strictObject({}),
    target: () => ({ kind: "device", id: "x" }),
    sets: () => ({}),
  }),
  {},
);

function issues(tool: Tool, args: unknown) {
  try {
    parseInput(tool, args);
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown.detail.issues ?? [];
  }
  return [];
}

describe("arguments", () => {
  it("are refused when unknown, naming each and what there is instead", () => {
    expect(issues(search, { colour: "red", size: 1 })).toMatchObject([
      { path: "colour", allowed: ["level", "limit", "name"] },
      { path: "size", allowed: ["level", "limit", "name"] },
    ]);
  });

  it("are never converted", () => {
    expect(issues(search, { limit: "25" })).toMatchObject([{ path: "limit", expected: "number" }]);
    expect(issues(search, { limit: 2.5 })).toHaveLength(1);
  });

  it("that are optional and null count as absent, and no others do", () => {
    expect(parseInput(search, { level: null, limit: null })).toEqual({ limit: 25 });
    expect(parseInput(search, null)).toEqual({ limit: 25 });
    expect(issues(change, { device_id: null, reason: "x" })).toMatchObject([{ path: "device_id" }]);
  });

  it("are bounded, and the bound is named", () => {
    expect(issues(search, { limit: 101 })).toMatchObject([{ path: "limit", expected: "at most 100" }]);
    expect(issues(search, { limit: 0 })).toMatchObject([{ path: "limit", expected: "at least 1" }]);
  });

  it("name the allowed values and the form they need", () => {
    expect(issues(search, { level: "medium" })).toMatchObject([{ path: "level", allowed: ["low", "high"] }]);
    expect(issues(search, { name: "No!" })).toMatchObject([
      { path: "name", expected: expect.stringContaining("[a-z]") },
    ]);
  });

  it("are refused with a hint for each that says what to do", () => {
    const wrong = [
      ...issues(search, { colour: "red", limit: 0, level: "medium", name: "No!" }),
      ...issues(search, { limit: 1000, name: 5 }),
      ...issues(change, { device_id: "x", reason: "", finding_id: "a\u200b", idempotency_key: "a\nb" }),
      ...issues(search, []),
    ];
    expect(wrong.length).toBeGreaterThan(8);
    expect(wrong.filter(({ hint }) => hint.length < 10)).toEqual([]);
  });

  it("say where a value of the right form is to be had", () => {
    const tool = TOOLS.find(({ name }) => name === "get_user");
    const [issue] = tool === undefined ? [] : issues(tool, { user_id: "ada lovelace" });
    expect(issue?.hint).toMatch(/From search_users\.$/);
  });

  it("are unknown whatever their name, also where objects have one of that name already", () => {
    for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      const args: unknown = JSON.parse(`{"${name}": {"limit": 5}}`);
      expect(issues(search, args).map(({ path }) => path)).toEqual([name]);
    }
  });

  it("hold no half of a character, which nothing could digest, keep or send", () => {
    expect(issues(change, { device_id: "a\ud800", reason: "x" })).toMatchObject([{ path: "device_id" }]);
    expect(issues(change, { device_id: "a\\ud800 🔒", reason: "x" })).toEqual([]);
  });

  it("that are wrong by the thousand are not all told", () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, nth) => [`x${nth}`, 1]));
    const told = issues(search, many);
    expect(told).toHaveLength(51);
    expect(told.at(-1)?.message).toBe("There are 4950 more.");
  });

  it("are all reported at once", () => {
    expect(issues(change, { device_id: 1, reason: 5, other: true }).map(({ path }) => path)).toEqual([
      "device_id",
      "reason",
      "other",
    ]);
  });

  it("may be left out altogether where none is required", () => {
    expect(parseInput(search, undefined)).toEqual({ limit: 25 });
  });

  it("of a state change need a reason, and take nothing that isn't declared", () => {
    expect(issues(change, { device_id: "x" })).toMatchObject([{ path: "reason" }]);
    expect(issues(change, { device_id: "x", reason: "   " })).toMatchObject([{ path: "reason" }]);
    expect(issues(change, { device_id: "x", reason: "because", idempotency_key: "" })).toHaveLength(1);
  });

  it("of a state change come apart into what it is about and the words around it", () => {
    const input = parseInput(change, {
      device_id: "x",
      reason: " because ",
      finding_id: "f",
      idempotency_key: "key-0001",
    });
    expect(takeApart(input)).toEqual({
      own: { device_id: "x" },
      reason: "because",
      finding_id: "f",
      idempotency_key: "key-0001",
      supersedes: null,
    });
  });
});

describe("the JSON Schema of a tool", () => {
  it("is strict, and made once", () => {
    expect(inputJsonSchema(change)).toMatchObject({
      additionalProperties: false,
      required: ["device_id", "reason"],
    });
    expect(inputJsonSchema(change)).toBe(inputJsonSchema(change));
  });

  it("doesn't repeat the limits of the common arguments for every tool, and keeps a tool's own", () => {
    const { properties } = inputJsonSchema(change) as { properties: Record<string, object> };
    expect(properties.reason).not.toHaveProperty("maxLength");
    expect(properties.idempotency_key).not.toHaveProperty("maxLength");
    const own = inputJsonSchema(search) as { properties: Record<string, object> };
    expect(own.properties.name).toHaveProperty("pattern");
  });
});
