/** What one look at an instance came to. */
export interface Check {
  /** What was looked at, in a few words. */
  readonly name: string;
  /** `warn` can wait until tomorrow, `fail` can't. `unknown` is what couldn't be looked at. */
  readonly verdict: "ok" | "warn" | "fail" | "unknown";
  /** What was found. Nothing secret. */
  readonly found: string;
  /** What to do about it; empty where there is nothing to do. */
  readonly advice: string;
}

/** Everything that was looked at. */
export interface Report {
  readonly url: string;
  /** False if anything failed. */
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

export function ok(name: string, found: string): Check {
  return { name, verdict: "ok", found, advice: "" };
}

export function warn(name: string, found: string, advice: string): Check {
  return { name, verdict: "warn", found, advice };
}

export function fail(name: string, found: string, advice: string): Check {
  return { name, verdict: "fail", found, advice };
}

export function unknown(name: string, found: string, advice: string): Check {
  return { name, verdict: "unknown", found, advice };
}
