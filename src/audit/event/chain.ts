import { hash } from "node:crypto";
import { type EventStamp, eventText } from "./canonical-event.ts";
import type { AuditFact } from "./event.ts";

/** Where a chain ends: the number of its last event and that event's hash. */
export interface ChainHead {
  readonly seq: number;
  /** SHA-256, lower-case hex. */
  readonly hash: string;
}

/** The head of a chain that holds nothing yet. */
export const GENESIS: ChainHead = { seq: 0, hash: "0".repeat(64) };

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

/**
 * SHA-256 hex of an event's text.
 *
 * Synchronous on purpose, where Web Crypto's digest would be awaited: an await between reading the head and
 * appending to it lets another call read the same head, and the chain forks.
 */
export function eventHash(event: string): string {
  return hash("sha256", event, "hex");
}

/** True if it has the form of an event's hash. */
export function isHash(text: unknown): boolean {
  return typeof text === "string" && /^[0-9a-f]{64}$/.test(text);
}

/** The next link after `head`. Pure: ids and time are in `stamp`. */
export function link(head: ChainHead, stamp: EventStamp, fact: AuditFact): ChainLink {
  const seq = head.seq + 1;
  const prev = head.hash;
  const event = eventText(fact, { ...stamp, seq, prev });
  return { seq, prev, hash: eventHash(event), event };
}
