/** Where a chain begins and ends, and the hash that binds its events. */
import { hash } from "node:crypto";

/** Where a chain ends: the number of its last event and that event's hash. */
export interface ChainHead {
  readonly seq: number;
  /** SHA-256, lower-case hex. */
  readonly hash: string;
}

/** The head of a chain that holds nothing yet. */
export const GENESIS: ChainHead = { seq: 0, hash: "0".repeat(64) };

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
