import { describe, expect, it } from "vitest";
import { CLOCK_MARGIN_MS, counted, judge, PROBE_LIFE_MS, WATCH_MS } from "../../src/effect/probing.ts";

const DEADLINE = 1_000_000;
const SETTLE = 20_000;
/** The first moment at which a read can prove anything. */
const CERTAIN = DEADLINE + SETTLE + CLOCK_MARGIN_MS;
const NONE = { attempts: 0, absent_reads: 0, failed_reads: 0 };

function absences(times: readonly number[], settle_ms: number | null) {
  let record = NONE;
  return times.map((at) => {
    record = counted(record, "absent");
    return judge("absent", record, at, DEADLINE, settle_ms).next;
  });
}

describe("reading back", () => {
  it("proves absence by two reads, the later at least settle_ms after the deadline", () => {
    expect(absences([DEADLINE - 5_000, CERTAIN], SETTLE)).toEqual(["again", "fail_safe"]);
  });

  it("never by one read, however late", () => {
    expect(absences([DEADLINE + 10 * SETTLE], SETTLE)).toEqual(["again"]);
  });

  it("never before a request that was sent must have landed or died", () => {
    expect(absences([DEADLINE, DEADLINE + 1, CERTAIN - 1], SETTLE)).toEqual(["again", "again", "again"]);
  });

  it("never at all where the vendor gives no bound: a person decides", () => {
    expect(absences([DEADLINE, DEADLINE + WATCH_MS + CLOCK_MARGIN_MS], null)).toEqual(["again", "give_up"]);
  });

  it("doesn't take a read that failed for one that showed nothing", () => {
    let record = counted(NONE, "absent");
    record = counted(record, "failed");
    expect(judge("failed", record, CERTAIN, DEADLINE, SETTLE).next).toBe("again");
    expect(record).toEqual({ attempts: 2, absent_reads: 1, failed_reads: 1 });
  });

  it("gives a vendor that can't be read to a person in the end", () => {
    const record = counted(NONE, "failed");
    expect(judge("failed", record, DEADLINE + PROBE_LIFE_MS, DEADLINE, SETTLE).next).toBe("give_up");
    expect(judge("failed", record, DEADLINE + PROBE_LIFE_MS - 1, DEADLINE, SETTLE).next).toBe("again");
  });

  it("looks again with growing pauses, and exactly when a read becomes proof", () => {
    const first = judge("absent", counted(NONE, "absent"), DEADLINE, DEADLINE, SETTLE);
    expect(first).toEqual({ next: "again", at: DEADLINE + 1_000 });
    const late = judge(
      "absent",
      { attempts: 6, absent_reads: 6, failed_reads: 0 },
      DEADLINE + 1_000,
      DEADLINE,
      SETTLE,
    );
    expect(late).toEqual({ next: "again", at: CERTAIN });
  });
});
