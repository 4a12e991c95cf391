/** Whether what an operation brought about is still so, by one read of its target. Pure. */

import type { AnyChangePort } from "../../toolkit/change.ts";
import type { Difference } from "../../toolkit/failure.ts";
import type { JsonObject } from "../../toolkit/json.ts";
import type { ReadbackResult } from "../proof/readback.ts";
import type { Holding } from "../protocol.ts";
import { told } from "./creation.ts";
import type { Operation } from "./operation.ts";

const UNKNOWN: Holding = { still_in_effect: "unknown", differences: [] };
const HOLDS: Holding = { still_in_effect: true, differences: [] };

/**
 * What a read shows of an operation that succeeded.
 * @param answers_while of a creation: the states of the thing in which it still answers
 */
export function holdingOf(
  answers_while: AnyChangePort["answers_while"],
  { sets, data }: Pick<Operation, "sets" | "data">,
  seen: ReadbackResult,
): Holding {
  const done = data ?? "{}";
  if (seen.reading === "failed") return UNKNOWN;
  if (answers_while !== undefined) return thingHolds(answers_while, done, seen);
  if (seen.reading === "present" && seen.in_effect) return HOLDS;
  // What sets nothing leaves no state: a log that doesn't show it may only be behind.
  if (seen.reading === "absent" && Object.keys(sets).length === 0) return UNKNOWN;
  const changed = changesIn(JSON.parse(done), JSON.parse(seen.data ?? "{}"));
  return { still_in_effect: false, differences: changed.length > 0 ? changed : [GONE] };
}

/** Where no value of the result tells what has become of it. */
const GONE: Difference = { field: "still_in_effect", done: true, now: false };

/** A search that doesn't show the thing may only be behind; its state says whether it still answers. */
function thingHolds(answers_while: readonly string[], done: string, seen: ReadbackResult): Holding {
  if (seen.reading !== "present" || seen.state === undefined) return UNKNOWN;
  if (answers_while.includes(seen.state)) return HOLDS;
  const { status = answers_while[0] } = JSON.parse(done) as JsonObject;
  const now = { field: "status", done: told(status), now: told(seen.state) };
  return { still_in_effect: false, differences: [now] };
}

function changesIn(done: JsonObject, now: JsonObject): Difference[] {
  return Object.keys(done)
    .filter((field) => field in now && JSON.stringify(now[field]) !== JSON.stringify(done[field]))
    .map((field) => ({ field, done: told(done[field]), now: told(now[field]) }));
}
