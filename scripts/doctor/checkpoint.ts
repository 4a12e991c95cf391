import { readCheckpoint } from "../../src/audit/checkpoint.ts";
import { claimedStatement } from "../../src/audit/signing.ts";
import { type Check, fail, ok, unknown } from "./check.ts";
import { ask } from "./fetching.ts";

/** Checkpoints are made by a schedule of minutes; hours without one are a schedule that stands. In milliseconds. */
const STALE_MS = 2 * 60 * 60_000;

/** The last signed statement of where the audit's chains end, which is published. */
export async function checkpoint(url: string, now: () => number): Promise<Check> {
  const name = "checkpoint";
  const response = await ask(`${url}/audit/checkpoint`);
  const jws = /[\w-]+\.[\w-]+\.[\w-]+/.exec(await response.text())?.[0] ?? "";
  const statement = response.ok ? readCheckpoint(claimedStatement(jws)) : null;
  if (statement === null) {
    const advice =
      "A new instance makes its first once something has happened. Later, look at the schedule's log.";
    return unknown(name, `/audit/checkpoint has none (HTTP ${response.status})`, advice);
  }
  const words = `number ${statement.n}, of ${statement.at}`;
  if (now() - Date.parse(statement.at) > STALE_MS) {
    return fail(name, words, "The schedule has stopped, or nothing happened since: look at its log.");
  }
  return ok(name, words);
}
