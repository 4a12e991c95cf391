import * as z from "zod";
import type { Vendor } from "../../src/toolkit/upstream/vendor.ts";

/** A vendor for tests of what holds for all of them. */
export const exampleVendor: Vendor = {
  name: "example",
  title: "Example",
  settings: z.object({ EXAMPLE_BASE_URL: z.string() }),
  budget: { per_minute: () => 600, shares: {} },
  errorOf: () => null,
  retryAfterMs: () => null,
};

/** A clock that goes only when it is told to. */
export class Clock {
  at = Date.parse("2026-11-22T10:00:00Z");

  readonly now = (): number => this.at;

  advance(ms: number): void {
    this.at += ms;
  }
}
