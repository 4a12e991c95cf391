/** Finds everything that is wrong with one chain, beside what was signed of it. */
import { type ChainHead, GENESIS } from "../event/chain-head.ts";
import type { Entry, LiveHead } from "../event/stored-event.ts";
import type { VerifierFinding } from "./finding.ts";
import { type Trace, traceChain } from "./trace.ts";

/** A finding in the chain that is looked at, unless it says another. */
type PlacedFinding = Omit<VerifierFinding, "chain" | "seq"> & {
  readonly chain?: string;
  readonly seq: number;
};

/** What is known of a chain from elsewhere than the store. */
export interface ChainEvidence {
  /** Its end; `null` where nobody can say. */
  readonly head: LiveHead | null;
  /** What it goes on from: its anchor, or the genesis. */
  readonly base: ChainHead;
  /** Where it was when it was signed, ascending. */
  readonly points: readonly ChainHead[];
}

/** Everything wrong with one chain, by number. Pure. */
export function chainFindings(
  chain: string,
  entries: readonly Entry[],
  { head, base, points }: ChainEvidence,
): VerifierFinding[] {
  const trace = traceChain(chain, entries, head, base);
  const found: PlacedFinding[] = [
    ...trace.edited.map((seq) => ({
      seq,
      defect: "edited" as const,
      detail: "its text isn't the one that the chain goes on from",
    })),
    ...absences(trace, head),
    ...insertions(trace),
    ...displacements(trace),
    ...movedLines(entries.filter((entry) => entry.chain === chain)),
    ...mismatches(trace),
    ...rewritings(trace, base, points),
  ];
  return found.sort((a, b) => a.seq - b.seq).map((finding) => ({ chain, ...finding }));
}

/**
 * Where the hashes agree with each other and not with what was signed. Somebody recomputed them; which of the events
 * since the last agreement they changed first can't be said.
 */
function rewritings(trace: Trace, base: ChainHead, points: readonly ChainHead[]): PlacedFinding[] {
  let agreed = base.seq;
  const found: PlacedFinding[] = [];
  const first = trace.genuine.get(base.seq + 1);
  if (first?.says && first.says.prev !== base.hash) {
    found.push(rewritten(base.seq + 1, base.seq + 1, "it doesn't go on from what its chain begins with"));
  }
  for (const point of points) {
    const entry = trace.genuine.get(point.seq);
    if (entry !== undefined && entry.hash !== point.hash) {
      found.push(rewritten(agreed + 1, point.seq, `what was signed of ${point.seq} is another event`));
    }
    agreed = Math.max(agreed, point.seq);
  }
  return found;
}

function rewritten(from: number, through: number, detail: string): PlacedFinding {
  return { seq: from, ...(through > from ? { through_seq: through } : {}), defect: "rewritten", detail };
}

/** What a chain that is otherwise in order lacks at its end. */
export function absentTail(chain: string, after: number, head: LiveHead): VerifierFinding[] {
  const missing = after < head.seq ? [{ from: after + 1, through: head.seq }] : [];
  return absences({ missing, last_seq: after }, head).map((finding) => ({ chain, ...finding }));
}

function absences(
  { missing, last_seq }: Pick<Trace, "missing" | "last_seq">,
  head: LiveHead | null,
): PlacedFinding[] {
  const pendingFrom = head?.pending_from ?? Number.POSITIVE_INFINITY;
  const recentFrom = (head?.overdue_through ?? GENESIS.seq) + 1;
  return missing.flatMap(({ from, through }) => [
    ...absence("removed", from, Math.min(through, last_seq, pendingFrom - 1)),
    ...absence("cut_tail", Math.max(from, last_seq + 1), Math.min(through, pendingFrom - 1)),
    ...absence("undelivered", Math.max(from, pendingFrom), Math.min(through, recentFrom - 1)),
    ...absence("in_flight", Math.max(from, pendingFrom, recentFrom), through),
  ]);
}

const ABSENCES = {
  removed: "later events build on it, and it isn't here",
  cut_tail: "its object or a signed checkpoint has it, and the chain ends before it here",
  undelivered: "its object has not delivered it for more than ten minutes",
  in_flight: "its object has not delivered it yet",
} as const;

function absence(defect: keyof typeof ABSENCES, seq: number, through_seq: number): PlacedFinding[] {
  if (seq > through_seq) return [];
  return [{ seq, ...(through_seq > seq ? { through_seq } : {}), defect, detail: ABSENCES[defect] }];
}

function insertions({ genuine, inserted }: Trace): PlacedFinding[] {
  const hashes = new Set([...genuine.values()].map(({ hash }) => hash));
  // Where it stands, whatever chain its text names: the one that it copies may be in order.
  return inserted.map(({ chain, seq, hash }) => ({
    chain,
    seq,
    defect: "inserted",
    detail: hashes.has(hash) ? "the same event stands here once more" : "the chain doesn't have this event",
  }));
}

/** Genuine events in the place of other genuine ones. */
function displacements(trace: Trace): PlacedFinding[] {
  return [...trace.genuine].flatMap(([seq, { seq: place }]) =>
    isSwapped(seq, place, trace)
      ? [{ seq, defect: "reordered" as const, detail: `it stands in the place of ${place}` }]
      : [],
  );
}

function isSwapped(seq: number, place: number, trace: Trace): boolean {
  return trace.genuine.has(place) && !isInPlace(seq, place, trace);
}

/** In its place, or shifted by what was inserted or removed before it: that is named where it happened. */
function isInPlace(seq: number, place: number, { inserted, missing }: Trace): boolean {
  if (place === seq) return true;
  const before = inserted.filter((entry) => entry.seq < place).length;
  const gone = missing.reduce(
    (sum, { from, through }) => sum + Math.max(0, Math.min(through, seq) - from + 1),
    0,
  );
  return place === seq + before - gone;
}

/** A store presents a chain in order; the lines of an export may have been moved. */
function movedLines(entries: readonly Entry[]): PlacedFinding[] {
  const presented = entries.map(({ seq }) => seq);
  const sorted = presented.toSorted((a, b) => a - b);
  return presented.flatMap((seq, index) =>
    seq === sorted[index]
      ? []
      : [{ seq, defect: "reordered" as const, detail: `it comes where ${sorted[index]} should come` }],
  );
}

function mismatches(trace: Trace): PlacedFinding[] {
  return [...trace.genuine].flatMap(([seq, entry]) => {
    if (entry.says === null || isSwapped(seq, entry.seq, trace)) return [];
    const names = [...entry.mismatched, ...(isInPlace(seq, entry.seq, trace) ? [] : ["seq"])];
    if (names.length === 0) return [];
    const detail = `what stands beside its text differs from it: ${names.join(", ")}`;
    return [{ seq, defect: "column_mismatch" as const, detail }];
  });
}
