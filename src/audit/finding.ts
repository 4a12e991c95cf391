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
  /** It isn't there, but its object has not delivered it yet: it may be on its way. */
  | "undelivered"
  /** Its hash is right, and not the one that was signed. */
  | "rewritten"
  /** Nothing of a chain is there that the tenant's chain or a signed checkpoint names. */
  | "missing_chain"
  /** A checkpoint or an anchor that no accepted key signed, or that says something else than it is stored as. */
  | "forged";

/** One defect, and where. */
export interface Finding {
  /** Checkpoints are a chain of their own, `checkpoint`. */
  readonly chain: string;
  /** The event's number in its chain; the first one, where several in a row are affected. */
  readonly seq: number;
  /** The last one, where several in a row are affected. */
  readonly through_seq?: number;
  readonly defect: Defect;
  /** In words, for whoever investigates. */
  readonly detail: string;
}
