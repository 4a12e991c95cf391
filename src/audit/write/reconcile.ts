/** A row of the outbox, as far as delivery is concerned. */
export interface Delivery {
  readonly seq: number;
  readonly hash: string;
  /** When it should be in the store, or be sent again. Milliseconds; `null` while it waits to be sent. */
  readonly check_at: number | null;
}

/** What the store was found to hold of a chain. */
export interface StoredMark {
  readonly seq: number;
  readonly hash: string;
}

/** What follows from reading the store back. */
export interface Reconciled {
  /** Everything up to here is in the store, unbroken and the same. */
  readonly confirmed_seq: number;
  /** Sent, not there, and overdue. */
  readonly missing: readonly number[];
  /** There, and the same, but above a gap. */
  readonly waiting: readonly number[];
  /** There, and not the same. */
  readonly conflicts: readonly { readonly seq: number; readonly stored_hash: string }[];
}

/**
 * Compares an outbox with what the store holds from `confirmed_seq` on. Pure.
 * `outbox` is in order and begins right after `confirmed_seq`; `stored` covers all of it.
 * @param anchored up to where the store held the chain and has let it go
 */
export function reconcile(
  confirmed_seq: number,
  outbox: readonly Delivery[],
  stored: readonly StoredMark[],
  now: number,
  anchored: StoredMark | null = null,
): Reconciled {
  const hashes = new Map(stored.map(({ seq, hash }) => [seq, hash]));
  if (anchored !== null) hashes.set(anchored.seq, anchored.hash);
  // The anchor's hash covers all that lies below it; an anchor of something else vouches for nothing here.
  const covers = outbox.some(({ seq, hash }) => seq === anchored?.seq && hash === anchored.hash);
  let confirmed = covers ? (anchored?.seq ?? confirmed_seq) : confirmed_seq;
  const missing: number[] = [];
  const waiting: number[] = [];
  const conflicts: { seq: number; stored_hash: string }[] = [];
  for (const { seq, hash, check_at } of outbox) {
    if (seq <= confirmed) continue;
    const stored_hash = hashes.get(seq);
    if (stored_hash === hash) {
      if (seq === confirmed + 1) confirmed = seq;
      else waiting.push(seq);
    } else if (stored_hash !== undefined) {
      conflicts.push({ seq, stored_hash });
    } else if (check_at !== null && check_at <= now) {
      missing.push(seq);
    }
  }
  return { confirmed_seq: confirmed, missing, waiting, conflicts };
}
