import { describe, expect, it } from "vitest";
import {
  ASSUMED_LANDING_MS,
  CLOCK_MARGIN_MS,
  counted,
  judge,
  landingOf,
  PROBE_LIFE_MS,
  WATCH_MS,
} from "../../../src/effect/machine/probing.ts";

const DEADLINE = 1_000_000;
const LANDING = 20_000;
/** The first moment at which a read can prove anything. */
const CERTAIN = DEADLINE + LANDING + CLOCK_MARGIN_MS;
const NONE = { attempts: 0, absent_reads: 0, failed_reads: 0 };

function absences(times: readonly number[], landing_ms: number | null) {
  let record = NONE;
  return times.map((at) => {
    record = counted(record, "absent");
    return judge("absent", record, at, DEADLINE, landing_ms).next;
  });
}

describe("the landing bound", () => {
  it("is the one that was given, and ours where none was and a second landing adds nothing", () => {
    expect(landingOf("same", 5_000)).toEqual({ ms: 5_000, assumed: false });
    expect(landingOf("adds", 0)).toEqual({ ms: 0, assumed: false });
    expect(landingOf("same", null)).toEqual({ ms: ASSUMED_LANDING_MS, assumed: true });
    expect(ASSUMED_LANDING_MS).toBe(600_000);
  });

  it("is none where a second landing would add something: then a person decides", () => {
    expect(landingOf("adds", null)).toEqual({ ms: null, assumed: false });
  });

  it("leaves time to be proven by before the vendor counts as unreadable", () => {
    expect(ASSUMED_LANDING_MS + CLOCK_MARGIN_MS).toBeLessThan(PROBE_LIFE_MS);
  });
});

describe("reading back", () => {
  it("proves absence by two reads, the later at least the landing bound after the deadline", () => {
    expect(absences([DEADLINE - 5_000, CERTAIN], LANDING)).toEqual(["again", "fail_safe"]);
  });

  it("never by one read, however late", () => {
    expect(absences([DEADLINE + 10 * LANDING], LANDING)).toEqual(["again"]);
  });

  it("never before a request that was sent must have landed or died", () => {
    expect(absences([DEADLINE, DEADLINE + 1, CERTAIN - 1], LANDING)).toEqual(["again", "again", "again"]);
  });

  it("never at all where the vendor gives no bound: a person decides", () => {
    expect(absences([DEADLINE, DEADLINE + WATCH_MS + CLOCK_MARGIN_MS], null)).toEqual(["again", "give_up"]);
  });

  it("doesn't take a read that failed for one that showed nothing", () => {
    let record = counted(NONE, "absent");
    record = counted(record, "failed");
    expect(judge("failed", record, CERTAIN, DEADLINE, LANDING).next).toBe("again");
    expect(record).toEqual({ attempts: 2, absent_reads: 1, failed_reads: 1 });
  });

  it("waits for the landing bound while the target can be read, however long that is", () => {
    const hour = 60 * 60_000;
    const times = [DEADLINE, DEADLINE + PROBE_LIFE_MS, DEADLINE + hour + CLOCK_MARGIN_MS];
    expect(absences(times, hour)).toEqual(["again", "again", "fail_safe"]);
  });

  it("gives a vendor that can't be read to a person in the end", () => {
    const record = counted(NONE, "failed");
    expect(judge("failed", record, DEADLINE + PROBE_LIFE_MS, DEADLINE, LANDING).next).toBe("give_up");
    expect(judge("failed", record, DEADLINE + PROBE_LIFE_MS - 1, DEADLINE, LANDING).next).toBe("again");
  });

  it("looks again with growing pauses, and exactly when a read becomes proof", () => {
    const first = judge("absent", counted(NONE, "absent"), DEADLINE, DEADLINE, LANDING);
    expect(first).toEqual({ next: "again", at: DEADLINE + 1_000 });
    const late = judge(
      "absent",
      { attempts: 6, absent_reads: 6, failed_reads: 0 },
      DEADLINE + 1_000,
      DEADLINE,
      LANDING,
    );
    expect(late).toEqual({ next: "again", at: CERTAIN });
  });
});
