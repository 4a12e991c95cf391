/** Binds an event to the one before it. */

import { type ChainHead, eventHash } from "../../../verifier/event/chain-head.ts";
import { type EventStamp, eventText } from "./canonical-event.ts";
import type { AuditFact } from "./event.ts";

/** One event, bound to the one before it. */
export interface ChainLink {
  readonly seq: number;
  /** Hash of the event before; {@link GENESIS}'s for the first. */
  readonly prev: string;
  /** SHA-256 hex of exactly `event`. */
  readonly hash: string;
  /** The RFC 8785 text, with `chain`, `seq` and `prev` in it, so that the hash covers its place too. */
  readonly event: string;
}

/** The next link after `head`. Pure: ids and time are in `stamp`. */
export function link(head: ChainHead, stamp: EventStamp, fact: AuditFact): ChainLink {
  const seq = head.seq + 1;
  const prev = head.hash;
  const event = eventText(fact, { ...stamp, seq, prev });
  return { seq, prev, hash: eventHash(event), event };
}
