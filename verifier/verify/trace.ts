/**
 * Works out which presented event is which of a chain, from its end backwards, as each event vouches for
 * the one before.
 */
import { type ChainHead, GENESIS } from "../event/chain-head.ts";
import { type Entry, isSound, type LiveHead } from "../event/stored-event.ts";

/** Numbers in a row, both ends included. */
export interface Range {
  readonly from: number;
  readonly through: number;
}

/** Which presented event is which event of the chain. */
export interface Trace {
  /** By number, ascending: the entry whose text the chain vouches for, wherever it stands. */
  readonly genuine: ReadonlyMap<number, Entry>;
  /** Numbers whose place is taken by something that isn't the event. Ascending. */
  readonly edited: readonly number[];
  /** Numbers that nothing stands for. Ascending. */
  readonly missing: readonly Range[];
  /** Entries that stand for no number. */
  readonly inserted: readonly Entry[];
  /** The highest number that something stands for. */
  readonly last_seq: number;
}

/**
 * Follows a chain from its end to its beginning, or to the anchor that it goes on from. Pure.
 *
 * Backwards, because each event vouches for the one before: its text holds that one's hash. So the first text
 * that isn't what its successor says is the one that was changed, and what it says itself is worth nothing
 * but a hint of where to go on. Forwards, the same break would put its honest successor under suspicion.
 */
export function traceChain(
  chain: string,
  entries: readonly Entry[],
  head: LiveHead | null,
  base: ChainHead = GENESIS,
): Trace {
  const index = indexEntries(chain, entries, base);
  const genuine: [number, Entry][] = [];
  const edited: number[] = [];
  const missing: Range[] = [];
  const used = new Set<Entry>();
  const take = (candidates: readonly Entry[] | undefined, fits: (entry: Entry) => boolean) => {
    const entry = candidates?.find((candidate) => !used.has(candidate) && fits(candidate));
    if (entry !== undefined) used.add(entry);
    return entry;
  };

  let seq = head?.seq ?? index.numbers[0] ?? base.seq;
  // The hash of event `seq`, as its successor says or the head; `null` where nothing credible says it.
  let expected = head?.hash ?? null;
  let hint: string | null = null;
  for (const number of index.numbers) {
    if (number > seq) continue;
    if (number < seq) {
      missing.push({ from: number + 1, through: seq });
      seq = number;
      expected = null;
      hint = null;
    }
    const said = index.saying.get(seq);
    const entry =
      expected === null
        ? (take(said, ({ hash }) => hash === hint) ?? take(said, (each) => isPlausible(each, index)))
        : take(said, ({ hash }) => hash === expected);
    if (entry !== undefined) {
      genuine.push([seq, entry]);
      expected = entry.says?.prev ?? null;
    } else {
      const place = seq;
      const anchored = head !== null || genuine.length > 0;
      const suspect =
        take(index.standing.get(seq), (each) =>
          // With nothing known above, a text that is sound in itself and fits nowhere was put there.
          anchored ? !belongsElsewhere(each, place, index) : !isSound(each),
        ) ?? take(said, (each) => !isSound(each));
      if (suspect === undefined) missing.push({ from: seq, through: seq });
      else edited.push(seq);
      expected = null;
      hint = suspect?.says?.prev ?? null;
    }
    seq -= 1;
  }
  if (seq > base.seq) missing.push({ from: base.seq + 1, through: seq });

  const last_seq = Math.max(genuine[0]?.[0] ?? base.seq, edited[0] ?? base.seq);
  return {
    genuine: new Map(genuine.reverse()),
    edited: edited.reverse(),
    // Without a head, nothing above the last event is known to be missing.
    missing: missing.reverse().filter(({ from }) => head !== null || from < last_seq),
    inserted: entries.filter((entry) => !used.has(entry)),
    last_seq,
  };
}

interface Index {
  /** By the number that the text says. */
  readonly saying: ReadonlyMap<number, readonly Entry[]>;
  /** By the number in whose place it stands. */
  readonly standing: ReadonlyMap<number, readonly Entry[]>;
  /** The number that the text with this hash says. */
  readonly seqByHash: ReadonlyMap<string, number>;
  /** Every number that something says or stands at, descending. */
  readonly numbers: readonly number[];
}

function indexEntries(chain: string, entries: readonly Entry[], base: ChainHead): Index {
  const said = entries.filter(({ says }) => says?.chain === chain);
  // Of two that say the same, the one in its own place is the event, and the other is the copy.
  const ofChain = [...said.filter(isAtHome), ...said.filter((entry) => !isAtHome(entry))];
  const saying = Map.groupBy(ofChain, ({ says }) => says?.seq ?? GENESIS.seq);
  const standing = Map.groupBy(entries, ({ seq }) => seq);
  const seqByHash = new Map(ofChain.map(({ hash, says }) => [hash, says?.seq ?? GENESIS.seq]));
  if (base.seq > GENESIS.seq) seqByHash.set(base.hash, base.seq);
  // What an unsound text says may be anything.
  const credible = ofChain.filter(isSound).map(({ says }) => says?.seq ?? GENESIS.seq);
  const numbers = [...new Set([...standing.keys(), ...credible])]
    .filter((number) => number > base.seq)
    .sort((a, b) => b - a);
  return { saying, standing, seqByHash, numbers };
}

function isAtHome({ chain, seq, says }: Entry): boolean {
  return says?.chain === chain && says.seq === seq;
}

/** Vouched for by a stored hash, and not built on an event of another number, as a copy is. */
function isPlausible(entry: Entry, { standing, seqByHash }: Index): boolean {
  if (entry.says === null) return false;
  const { seq, prev } = entry.says;
  // Its own place's hash will do, where only the text was moved to another place.
  const vouched =
    isSound(entry) || (standing.get(seq)?.some(({ stored_hash }) => stored_hash === entry.hash) ?? false);
  const before = prev === GENESIS.hash ? GENESIS.seq : seqByHash.get(prev);
  return vouched && (before === undefined || before === seq - 1);
}

/** It may be another event that was moved here: that one's turn comes. */
function belongsElsewhere(entry: Entry, place: number, index: Index): boolean {
  return entry.says?.seq !== place && isPlausible(entry, index);
}
