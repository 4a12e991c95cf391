import { describe, expect, it } from "vitest";
import { advanceOperation } from "../../src/effect/machine/machine.ts";
import { match, type Wanted } from "../../src/effect/machine/matching.ts";
import { ARGUMENTS_LIFE_MS, giveUpOld, heldSince, withoutArguments } from "../../src/effect/retention.ts";
import { MemoryDisk } from "../model/memory.ts";
import { operation } from "./operation-builder.ts";

const START = 1_000_000;

const succeeded = operation({
  ...{ state: "succeeded", state_at: START, evidence: "answered", data: '{"a":1}', before: '{"a":0}' },
});

describe("what ended", () => {
  it("keeps its arguments and data for 90 days, and gives them up then", () => {
    let now = START + ARGUMENTS_LIFE_MS - 1;
    const disk = new MemoryDisk(() => now);
    disk.insert(succeeded);
    giveUpOld(disk, now);
    expect(disk.get(succeeded.id)).toEqual(succeeded);
    now += 1;
    giveUpOld(disk, now);
    const { input, data, before, attributes, given_up, ...kept } = disk.get(succeeded.id) ?? expect.fail();
    expect({ input, data, before, attributes }).toEqual({
      ...{ input: {}, data: null, before: null, attributes: null },
    });
    expect(Object.keys(given_up ?? {})).toEqual(Object.keys(succeeded.input));
    expect(succeeded).toMatchObject(kept);
  });

  it("gives them up a hundred at a time, the oldest first", () => {
    const now = START + ARGUMENTS_LIFE_MS + 1_000;
    const disk = new MemoryDisk(() => now);
    for (let nth = 0; nth < 101; nth++) {
      disk.insert({ ...succeeded, id: `op_${nth}`, state_at: START + 100 - nth });
    }
    const held = () => disk.operations.filter((row) => heldSince(row) !== null).map(({ id }) => id);
    giveUpOld(disk, now);
    expect(held()).toEqual(["op_0"]);
    giveUpOld(disk, now);
    expect(held()).toEqual([]);
  });
});

it.each([
  "claimed",
  "awaiting_approval",
  "approved",
  "executing",
  "unknown",
  "probing",
  "needs_operator",
] as const)("what is %s keeps its arguments, however old it is", (state) => {
  const now = START + 10 * ARGUMENTS_LIFE_MS;
  const disk = new MemoryDisk(() => now);
  const open = { ...succeeded, state };
  disk.insert(open);
  giveUpOld(disk, now);
  expect(disk.get(open.id)).toEqual(open);
});

describe("an operation whose arguments were given up", () => {
  it("has arguments again once it is sent again", () => {
    const failed = withoutArguments({ ...succeeded, state: "failed_safe" });
    const again = { type: "dispatch", deadline_at: START, order: 2, input: { device_id: "x" } } as const;
    expect(advanceOperation(failed, again, START)).toMatchObject({
      operation: { state: "executing", input: { device_id: "x" }, given_up: null },
    });
  });
});

describe("a creation whose arguments were given up", () => {
  const input = { title: "Malware on A", urgency: "low", details: "Seen twice" };
  const made = withoutArguments({
    ...{ ...succeeded, title: "malware on a", caller_key: "caller", dispatch_order: 1, input },
  });

  function repeated(args: Partial<typeof input>) {
    const wanted: Wanted = {
      ...{ ...made, input: { ...input, ...args }, subject: "x", known: made.id },
      repeats: { window_ms: 1, repeat: "adds", rather_twice: false },
    };
    const rows = { same: [], later: [], under_way: [], superseders: [], superseded: null };
    return match(wanted, { known: made, ...rows }, START + ARGUMENTS_LIFE_MS);
  }

  it("answers the same call with its key, and one with other words", () => {
    expect(repeated({ title: "MALWARE on A" })).toMatchObject({ match: "operation" });
    expect(repeated({ details: "Other words" })).toMatchObject({ match: "operation" });
  });

  it("doesn't answer one that asks for something else: that is told what differs, not what was done", () => {
    const differences = [{ field: "urgency", asked: "high" }];
    expect(repeated({ urgency: "high" })).toMatchObject({ match: "differs", differences });
  });
});
