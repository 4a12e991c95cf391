/** Makes waiting short, so that a table of time-outs takes seconds. Undone by `vi.restoreAllMocks()`. */
import { vi } from "vitest";

/** What is a pause between two looks, and what is a deadline. An MCP client's own patience is longer than both. */
const PAUSES_MS = { from: 200, to: 4_000 };
const DEADLINES_MS = { from: 5_000, to: 30_000 };
const FASTER = 80;

export interface Hurry {
  /** Whether deadlines, too, end eighty times sooner. Off, so that a slow machine is no fault. */
  impatient: boolean;
}

/** Retries don't wait, and every pause ends eighty times sooner. */
export function hurry(): Hurry {
  const { setTimeout } = globalThis;
  const { timeout } = AbortSignal;
  const how: Hurry = { impatient: false };
  const lies = (ms: number, { from, to }: typeof PAUSES_MS) => ms >= from && ms <= to;
  const shortened = (ms: number) =>
    lies(ms, PAUSES_MS) || (how.impatient && lies(ms, DEADLINES_MS)) ? ms / FASTER : ms;
  const sooner = (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
    setTimeout(run, shortened(ms), ...args);
  vi.spyOn(Math, "random").mockReturnValue(0);
  vi.spyOn(globalThis, "setTimeout").mockImplementation(sooner as typeof setTimeout);
  vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => timeout.call(AbortSignal, shortened(ms)));
  return how;
}
