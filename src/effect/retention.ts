/** What an operation gives up once it has long ended, and when. */
import { fieldDigests } from "./machine/creation.ts";
import type { State } from "./machine/machine.ts";
import type { Operation } from "./machine/operation.ts";
import type { Durable } from "./ports.ts";

/** How long an operation keeps its arguments and data once it has ended, in milliseconds. */
export const ARGUMENTS_LIFE_MS = 90 * 24 * 60 * 60_000;

/** As many operations as give up their arguments in one go. */
const MOST_GIVEN_UP = 100;

/** The states that nothing but a new dispatch leaves. */
const ENDED: readonly State[] = ["succeeded", "failed_safe", "denied", "expired", "abandoned"];

/** Since when the operation has held arguments that it will give up; `null` before its end, and afterwards. */
export function heldSince({ state, state_at, given_up }: Operation): number | null {
  return ENDED.includes(state) && given_up === null ? state_at : null;
}

/**
 * The operation without its arguments and data. What it was, what it set and how it ended stays. The digests of the
 * arguments stay too, so that a repeat that differs is still told from one that doesn't.
 */
export function withoutArguments(operation: Operation): Operation {
  return {
    ...operation,
    input: {},
    before: null,
    attributes: null,
    data: null,
    given_up: fieldDigests(operation.input),
  };
}

/**
 * Gives up the arguments and data of what ended long before `now` (milliseconds since the epoch), the oldest first, so
 * many at a time. No state changes, so there is no event: the audit has a copy of its own, and its own retention.
 */
export function giveUpOld(durable: Durable, now: number): void {
  const { rows } = durable;
  durable.transaction(() => {
    for (const operation of rows.longestEnded(MOST_GIVEN_UP)) {
      if (now < operation.state_at + ARGUMENTS_LIFE_MS) break;
      rows.update(withoutArguments(operation));
    }
    const next = rows.longestEnded(1)[0];
    if (next !== undefined) durable.giveUpAt(next.state_at + ARGUMENTS_LIFE_MS);
  });
}
