/** What the model takes for the same, in words of its own: it must not judge by what it judges. */
import type { Operation } from "../../src/effect/machine/operation.ts";
import type { JsonObject } from "../../src/toolkit/json.ts";

/** Sent, and nobody knows how it ended. */
export const IN_DOUBT: readonly string[] = ["unknown", "probing", "needs_operator"];

export function wasSent({ dispatch_order, state }: Operation): boolean {
  return dispatch_order !== null && state !== "failed_safe";
}

/** True if one undoes something of the other. */
export function atOdds(one: JsonObject, other: JsonObject): boolean {
  return Object.keys(one).some((facet) => other[facet] !== undefined && one[facet] !== other[facet]);
}

/** True if two creations are about the same thing. */
export function sameThing(one: Operation, other: Operation): boolean {
  if (one.tool !== other.tool || one.title === null) return false;
  const named = one.finding_id !== null && other.finding_id !== null;
  return named ? one.finding_id === other.finding_id : one.title === other.title;
}

export function sameInput(one: JsonObject, other: JsonObject): boolean {
  return Object.keys({ ...one, ...other }).every((field) => one[field] === other[field]);
}
