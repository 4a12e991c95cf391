/** Makes waiting short, so that a table of time-outs takes seconds. Undone by `vi.restoreAllMocks()`. */
import { vi } from "vitest";

/** What is a pause between two looks, and what is a deadline. An MCP client's own patience is longer than both. */
const PAUSES_MS = { from: 200, to: 2_000, faster: 80 };
/** Less fast: beside what times out there is what must not, and its deadlines are cut as well. */
const DEADLINES_MS = { from: 5_000, to: 50_000, faster: 20 };

export interface Hurry {
  /** Whether deadlines, too, end sooner. Off, so that a slow machine is no fault. */
  impatient: boolean;
}

/** Retries don't wait, and every pause ends eighty times sooner. */
export function hurry(): Hurry {
  const { setTimeout } = globalThis;
  const { timeout } = AbortSignal;
  const how: Hurry = { impatient: false };
  const shortened = (ms: number) => {
    const ends_sooner = how.impatient ? [PAUSES_MS, DEADLINES_MS] : [PAUSES_MS];
    return ms / (ends_sooner.find(({ from, to }) => ms >= from && ms <= to)?.faster ?? 1);
  };
  const sooner = (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
    setTimeout(run, shortened(ms), ...args);
  vi.spyOn(Math, "random").mockReturnValue(0);
  vi.spyOn(globalThis, "setTimeout").mockImplementation(sooner as typeof setTimeout);
  vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => timeout.call(AbortSignal, shortened(ms)));
  return how;
}
