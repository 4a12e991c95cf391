/** What is wrong with an event's place in the store. */
export type Defect =
  /** The text isn't the one that was hashed. */
  | "edited"
  /** It was there: later events build on it. */
  | "removed"
  /** It stands in another event's place. */
  | "reordered"
  /** The chain doesn't have it. */
  | "inserted"
  /** The text is right, and what stands beside it isn't. */
  | "column_mismatch"
  /** The chain's own object or a signed checkpoint has it, as its last or among its last, and the store doesn't. */
  | "cut_tail"
  /** It isn't there, and its object has not delivered it for longer than {@link IN_FLIGHT_MS}. */
  | "undelivered"
  /** Its hash is right, and not the one that was signed. */
  | "rewritten"
  /** Nothing of a chain is there that the tenant's chain or a signed checkpoint names. */
  | "missing_chain"
  /** A checkpoint or an anchor that no accepted key signed, or that says something else than it is stored as. */
  | "forged"
  /** A row in a place that no object writes. */
  | "planted"
  /** Another event was offered for the place of one that is stored, and nobody has acknowledged it yet. */
  | "conflict"
  /** A message couldn't be stored as an event, and nobody has acknowledged it yet. */
  | "dead_letter"
  /** It isn't there, and has been on its way for less than {@link IN_FLIGHT_MS}. Counted, and no failure. */
  | "in_flight";

/** How long something may be on its way before its absence is a failure, in milliseconds. */
export const IN_FLIGHT_MS = 10 * 60_000;

/** One defect, and where. */
export interface VerifierFinding {
  /** Checkpoints are a chain of their own, `checkpoint`. */
  readonly chain: string;
  /**
   * The event's number in its chain; the first one, where several in a row are affected. As text, and as it is stored,
   * where it is none that an object writes.
   */
  readonly seq: number | string;
  /** The last one, where several in a row are affected. */
  readonly through_seq?: number;
  readonly defect: Defect;
  /** In words, for whoever investigates. */
  readonly detail: string;
}
