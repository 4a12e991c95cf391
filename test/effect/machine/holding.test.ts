import { describe, expect, it } from "vitest";
import { holdingOf } from "../../../src/effect/machine/holding.ts";
import type { ReadbackResult } from "../../../src/effect/proof/readback.ts";

const contained = { sets: { network: "isolated" }, data: '{"device_id":"d","containment":"pending"}' };
const ended = { sets: {}, data: '{"user_id":"u","sessions_ended_time":null}' };
const page = { sets: {}, data: '{"incident_id":"P1","status":"triggered"}' };
const ticket = { sets: {}, data: '{"ticket_id":"SEC-1"}' };
const PAGES = ["triggered", "acknowledged"];
const present = (in_effect: boolean, state?: string): ReadbackResult => ({
  reading: "present",
  data: "{}",
  in_effect,
  state,
});
const absent = (data: string | null): ReadbackResult => ({ reading: "absent", data });

describe("a change that was made", () => {
  it("holds where it is seen, and nobody knows where the read failed", () => {
    expect(holdingOf(undefined, contained, present(true)).still_in_effect).toBe(true);
    expect(holdingOf(undefined, contained, { reading: "failed" }).still_in_effect).toBe("unknown");
  });

  it("no longer holds where another state is seen, which is named", () => {
    expect(holdingOf(undefined, contained, absent('{"device_id":"d","containment":"normal"}'))).toEqual({
      still_in_effect: false,
      differences: [{ field: "containment", done: "pending", now: "normal" }],
    });
  });

  it("that left its mark and was changed since no longer holds, even where no value of it tells", () => {
    expect(holdingOf(undefined, ended, present(false))).toEqual({
      still_in_effect: false,
      differences: [{ field: "still_in_effect", done: true, now: false }],
    });
  });

  it("that leaves no state isn't taken for undone because a log doesn't show it yet", () => {
    expect(holdingOf(undefined, ended, absent("{}")).still_in_effect).toBe("unknown");
  });
});

describe("a thing that was created", () => {
  it("answers in the states that its port names, and in no other", () => {
    expect(holdingOf(PAGES, page, present(true, "acknowledged")).still_in_effect).toBe(true);
    expect(holdingOf(PAGES, page, present(true, "resolved"))).toEqual({
      still_in_effect: false,
      differences: [{ field: "status", done: "triggered", now: "resolved" }],
    });
    const [difference] = holdingOf(PAGES, ticket, present(true, "done")).differences;
    expect(difference).toEqual({ field: "status", done: "triggered", now: "done" });
  });

  it("isn't taken for gone because a search doesn't find it, or its state can't be read", () => {
    expect(holdingOf(PAGES, page, absent(null)).still_in_effect).toBe("unknown");
    expect(holdingOf(PAGES, page, present(true)).still_in_effect).toBe("unknown");
  });
});
