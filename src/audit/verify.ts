import type { AuditEvent, AuditRecord } from "./record.ts";
import { type Entry, entryOf, isSound, type LiveHead, type StoredEvent } from "./stored-event.ts";
import { type Trace, traceChain } from "./trace.ts";

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
  /** The chain's own object has it, as its last or among its last, and the store doesn't. */
  | "cut_tail"
  /** It isn't there, but its object still holds it to be sent: it may be on its way. */
  | "undelivered";

/** One defect, and where. */
export interface Finding {
  readonly chain: string;
  /** The event's number in its chain; the first one, where several in a row are affected. */
  readonly seq: number;
  /** The last one, where several in a row are affected. */
  readonly through_seq?: number;
  readonly defect: Defect;
  /** In words, for whoever investigates. */
  readonly detail: string;
}

/** What should stand beside an event's text, by name. */
export type ColumnsOf = (record: AuditRecord, event: AuditEvent) => Readonly<Record<string, unknown>>;

/** What was verified, and what was found. */
export interface Verification {
  readonly chains: number;
  readonly events: number;
  readonly findings: readonly Finding[];
}

/**
 * Verifies everything that a store or an export presents. Pure.
 *
 * @param presented in the order of the store (chain, seq) or of the export's lines.
 * @param heads every chain that lives, or `null` where nobody can say (an export alone): then the end of a
 * chain is taken as it is presented.
 */
export function verifyEvents(
  presented: readonly StoredEvent[],
  heads: ReadonlyMap<string, LiveHead> | null,
  columnsOf: ColumnsOf,
): Verification {
  const chains = byChain(presented.map(entryOf), heads);
  const findings = [...chains].flatMap(([chain, entries]) => {
    const head = heads?.get(chain) ?? null;
    if (heads !== null && head === null) return unowned(chain, entries);
    return verifyChain(chain, entries, head, columnsOf);
  });
  return { chains: chains.size, events: presented.length, findings };
}

/** A sound text of a known chain belongs there, even if its column says otherwise. */
function byChain(
  entries: readonly Entry[],
  heads: ReadonlyMap<string, LiveHead> | null,
): Map<string, Entry[]> {
  const known = new Set([...(heads?.keys() ?? []), ...entries.map(({ stored }) => stored.chain)]);
  const chains = Map.groupBy(entries, (entry) => {
    const said = isSound(entry) ? entry.claims?.record.chain : undefined;
    return said !== undefined && known.has(said) ? said : entry.stored.chain;
  });
  for (const chain of heads?.keys() ?? []) if (!chains.has(chain)) chains.set(chain, []);
  return chains;
}

function unowned(chain: string, entries: readonly Entry[]): Finding[] {
  return entries.map(({ stored }) => ({
    chain,
    seq: stored.seq,
    defect: "inserted",
    detail: "no object of this instance has this chain",
  }));
}

/** Everything wrong with one chain, by number. */
function verifyChain(
  chain: string,
  entries: readonly Entry[],
  head: LiveHead | null,
  columnsOf: ColumnsOf,
): Finding[] {
  const trace = traceChain(chain, entries, head);
  const found: Omit<Finding, "chain">[] = [
    ...trace.edited.map((seq) => ({
      seq,
      defect: "edited" as const,
      detail: "its text isn't the one that the chain goes on from",
    })),
    ...absences(trace, head),
    ...insertions(trace),
    ...displacements(trace),
    ...movedLines(entries.filter(({ stored }) => stored.chain === chain)),
    ...mismatches(trace, columnsOf),
  ];
  return found.sort((a, b) => a.seq - b.seq).map((finding) => ({ chain, ...finding }));
}

function absences({ missing, last_seq }: Trace, head: LiveHead | null): Omit<Finding, "chain">[] {
  const pendingFrom = head?.pending_from ?? Number.POSITIVE_INFINITY;
  return missing.flatMap(({ from, through }) => [
    ...absence("removed", from, Math.min(through, last_seq, pendingFrom - 1)),
    ...absence("cut_tail", Math.max(from, last_seq + 1), Math.min(through, pendingFrom - 1)),
    ...absence("undelivered", Math.max(from, pendingFrom), through),
  ]);
}

const ABSENCES = {
  removed: "later events build on it, and it isn't here",
  cut_tail: "its object has it, and the chain ends before it here",
  undelivered: "its object still holds it to be sent",
} as const;

function absence(defect: keyof typeof ABSENCES, seq: number, through_seq: number): Omit<Finding, "chain">[] {
  if (seq > through_seq) return [];
  return [{ seq, ...(through_seq > seq ? { through_seq } : {}), defect, detail: ABSENCES[defect] }];
}

function insertions({ genuine, inserted }: Trace): Omit<Finding, "chain">[] {
  const hashes = new Set([...genuine.values()].map(({ hash }) => hash));
  return inserted.map(({ stored, hash }) => ({
    seq: stored.seq,
    defect: "inserted",
    detail: hashes.has(hash) ? "the same event stands here once more" : "the chain doesn't have this event",
  }));
}

/** Genuine events in the place of other genuine ones. */
function displacements(trace: Trace): Omit<Finding, "chain">[] {
  return [...trace.genuine].flatMap(([seq, { stored }]) =>
    isSwapped(seq, stored.seq, trace)
      ? [{ seq, defect: "reordered" as const, detail: `it stands in the place of ${stored.seq}` }]
      : [],
  );
}

function isSwapped(seq: number, place: number, trace: Trace): boolean {
  return trace.genuine.has(place) && !isInPlace(seq, place, trace);
}

/** In its place, or shifted by what was inserted or removed before it: that is named where it happened. */
function isInPlace(seq: number, place: number, { inserted, missing }: Trace): boolean {
  if (place === seq) return true;
  const before = inserted.filter(({ stored }) => stored.seq < place).length;
  const gone = missing.reduce(
    (sum, { from, through }) => sum + Math.max(0, Math.min(through, seq) - from + 1),
    0,
  );
  return place === seq + before - gone;
}

/** A store presents a chain in order; the lines of an export may have been moved. */
function movedLines(entries: readonly Entry[]): Omit<Finding, "chain">[] {
  const presented = entries.map(({ stored }) => stored.seq);
  const sorted = presented.toSorted((a, b) => a - b);
  return presented.flatMap((seq, index) =>
    seq === sorted[index]
      ? []
      : [{ seq, defect: "reordered" as const, detail: `it comes where ${sorted[index]} should come` }],
  );
}

function mismatches(trace: Trace, columnsOf: ColumnsOf): Omit<Finding, "chain">[] {
  return [...trace.genuine].flatMap(([seq, { stored, claims }]) => {
    if (claims === null || isSwapped(seq, stored.seq, trace)) return [];
    const names = differing(stored.columns, columnsOf(claims.record, claims.event));
    if (!isInPlace(seq, stored.seq, trace)) names.push("seq");
    if (names.length === 0) return [];
    const detail = `what stands beside its text differs from it: ${names.join(", ")}`;
    return [{ seq, defect: "column_mismatch" as const, detail }];
  });
}

/** The number is compared by place, above. */
function differing(
  stored: Readonly<Record<string, unknown>>,
  expected: Readonly<Record<string, unknown>>,
): string[] {
  const names = new Set([...Object.keys(stored), ...Object.keys(expected)]);
  return [...names].filter((name) => name !== "seq" && stored[name] !== expected[name]);
}
