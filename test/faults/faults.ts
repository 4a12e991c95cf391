/** What can go wrong at a vendor, as the lab is asked for it. */

/** A fault as `POST /faults` takes it, without vendor and operation. */
export interface LabFault {
  readonly mode: string;
  readonly status?: number;
  readonly delay_ms?: number;
}

/** Faults that every operation is put through. */
export const FAULTS = {
  "HTTP 400": { mode: "status", status: 400 },
  "HTTP 401": { mode: "status", status: 401 },
  "HTTP 403": { mode: "status", status: 403 },
  "HTTP 404": { mode: "status", status: 404 },
  // Asks for more patience than any call has, so that nobody waits for it.
  "HTTP 429": { mode: "rate_limit", delay_ms: 60_000 },
  "HTTP 500": { mode: "status", status: 500 },
  "HTTP 503": { mode: "status", status: 503 },
  // More than the longest deadline is cut to.
  "time-out": { mode: "slow", delay_ms: 3_000 },
  reset: { mode: "reset" },
  drift: { mode: "drift" },
  "malformed JSON": { mode: "malformed" },
  "HTML body": { mode: "html", status: 200 },
  "error inside a 200": { mode: "partial" },
  "HTTP 302 to a login page": { mode: "redirect" },
  "empty body": { mode: "empty" },
  "Retry-After of an hour": { mode: "rate_limit", delay_ms: 3_600_000 },
  "Retry-After as a date": { mode: "rate_limit_date", delay_ms: 3_600_000 },
  "60 MB": { mode: "large" },
  "one byte a second": { mode: "trickle" },
} as const satisfies Record<string, LabFault>;

/** Faults whose cells last as long as a deadline. */
export const LASTING: ReadonlySet<string> = new Set(["time-out", "one byte a second"]);

/**
 * Faults after which nothing is asked again, or once: more requests would help nobody, and make a slow vendor slower.
 */
export const UNREPEATED: ReadonlySet<string> = new Set([
  "HTML body",
  "malformed JSON",
  "HTTP 302 to a login page",
  "empty body",
  "Retry-After of an hour",
  "Retry-After as a date",
  "60 MB",
  "one byte a second",
  "time-out",
]);

export type FaultName = keyof typeof FAULTS;

/** All of them, in a fixed order. */
export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];

/** Faults that state changes are put through besides: the effect is there, and nobody is told. */
export const AFTER_THE_EFFECT = {
  "reset after the effect": { mode: "drop_after_effect" },
  "HTTP 500 after the effect": { mode: "error_after_effect", status: 500 },
} as const satisfies Record<string, LabFault>;

export type ChangeFaultName = FaultName | keyof typeof AFTER_THE_EFFECT;

export const CHANGE_FAULTS: Readonly<Record<ChangeFaultName, LabFault>> = { ...FAULTS, ...AFTER_THE_EFFECT };

/** All that state changes are put through, in a fixed order. */
export const CHANGE_FAULT_NAMES = Object.keys(CHANGE_FAULTS) as ChangeFaultName[];
