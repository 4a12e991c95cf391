/** Runs that chance comes by too rarely. */
import type { Action, CallAction } from "./action.ts";

const [CONTAIN, RELEASE, , PAGE] = [0, 1, 2, 3] as const;
const [RESPONDER, OTHER, ANALYST] = [0, 1, 2] as const;
const [LOW, HIGH] = [0, 1] as const;

const CALL: CallAction = {
  ...{ do: "call", person: RESPONDER, tool: CONTAIN, args: 0, finding: null, key: null, supersede: false },
};
const ALARM: Action = { do: "alarm" };
const end = (which: number): Action => ({ do: "end", which, fate: "done" });
const wait = (ms: number): Action => ({ do: "wait", ms });

/**
 * A life that stands still while its request is refused; a new one that proves absence and sends again; and then the
 * old one goes on with the answer to the first request.
 */
const ZOMBIE: Action[] = [
  ...[CALL, end(0), end(0)],
  ...[{ do: "crash", zombie: true } as const, wait(11_000), ALARM, end(1), wait(31_000), ALARM, end(1)],
  ...[CALL, end(1), end(1)],
  ...[end(0), end(0)],
];

/** Somebody's look stands still while others act; by when it goes on, their dispatch is long past, but not before it. */
const OLD_LOOK: Action[] = [
  ...[{ ...CALL, person: ANALYST, tool: RELEASE }, end(0)],
  { ...CALL, tool: RELEASE },
  ...[{ ...CALL, person: OTHER }, end(1), end(1), end(1)],
  ...[wait(130_000), end(0)],
];

/** A containment is asked for again when it was done a while ago, and then a release before reads show it. */
const SOON_AFTER: Action[] = [
  ...[CALL, end(0), end(0), end(0), wait(21_000)],
  ...[CALL, end(0), end(0), end(0)],
  ...[{ ...CALL, tool: RELEASE }, end(0), end(0), end(0)],
  ...[CALL, end(0), end(0), end(0)],
];

/** A high page waits for approval; a low one that is alike is sent meanwhile; then the high one is approved, twice. */
const LOW_BESIDE_HIGH: Action[] = [
  ...[{ ...CALL, person: ANALYST, tool: PAGE, args: HIGH }, end(0)],
  ...[{ ...CALL, tool: PAGE, args: LOW }, end(0), end(0), end(0)],
  ...[{ do: "decide", yes: true, by: 0 } as const, ALARM, end(0)],
  ...[{ do: "decide", yes: true, by: 0 } as const, ALARM, end(0), end(0)],
];

/** A containment gets lost, is repeated on purpose while it is in doubt, and then somebody wants to release. */
const SUPERSEDED_IN_DOUBT: Action[] = [
  ...[CALL, end(0), end(0), wait(11_000), wait(600), ALARM, end(0)],
  ...[{ ...CALL, supersede: true }, end(0), end(0), end(0)],
  ...[{ ...CALL, tool: RELEASE }, end(0), end(0), end(0)],
];

export const STORIES: readonly (readonly Action[])[] = [
  ZOMBIE,
  OLD_LOOK,
  SOON_AFTER,
  LOW_BESIDE_HIGH,
  SUPERSEDED_IN_DOUBT,
];
