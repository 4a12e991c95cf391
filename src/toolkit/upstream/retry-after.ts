/** Below this, a number can't be a moment in seconds since the epoch (2001): it is a number of seconds to wait. */
const EARLIEST_EPOCH_S = 1e9;
/** From here on, a number is milliseconds since the epoch: as seconds it would lie in the year 5138. */
const EARLIEST_EPOCH_MS = 1e11;

/**
 * How long to wait, in milliseconds, from a header that holds a moment in seconds or milliseconds since the
 * epoch, or a number of seconds. Vendors document one and send another, so magnitude decides.
 * Never negative; `null` if the value is no number.
 */
export function waitByMagnitude(value: string | null, now: number): number | null {
  if (value === null || !/^\d+(\.\d+)?$/.test(value.trim())) return null;
  const number = Number(value);
  if (number < EARLIEST_EPOCH_S) return Math.ceil(number * 1000);
  const at = number < EARLIEST_EPOCH_MS ? number * 1000 : number;
  return Math.max(0, Math.ceil(at - now));
}

/** How long to wait, in milliseconds, from `Retry-After` (RFC 9110 §10.2.3: seconds, or a date). */
export function waitByRetryAfter(headers: Headers, now: number): number | null {
  const value = headers.get("retry-after");
  if (value === null) return null;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
