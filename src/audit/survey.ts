import { type ChainHead, GENESIS } from "./chain.ts";
import type { AuditEvent } from "./record.ts";
import { type ColumnsOf, type Entry, entryOf, isSound, type StoredEvent } from "./stored-event.ts";

/** What a walk over all events knows of a chain. A few words each, however long the chain is. */
export interface SurveyedChain {
  /** Up to here everything is in order, from what the chain begins with. */
  seq: number;
  hash: string;
  /** False once anything isn't. Then only the whole chain can say what. */
  regular: boolean;
  /** Hash of the chain's first event; `null` where it isn't here. */
  first: string | null;
  /** When the first event that is here happened. ISO 8601 UTC; empty where none could be read. */
  began_at: string;
}

/** What the tenant's chain says of others. */
export interface TenantWord {
  /** Chains that began, with the hash of their first event. */
  readonly registered: ReadonlyMap<string, { readonly hash: string; readonly at: string }>;
  /** The last checkpoint that it binds. */
  readonly checkpoint: { readonly n: number; readonly digest: string; readonly at: string } | null;
  /** True if it is here from its first event on. */
  readonly whole: boolean;
}

/** What was met on a walk over all events. */
export interface Survey {
  readonly events: number;
  readonly chains: ReadonlyMap<string, SurveyedChain>;
  readonly tenant: TenantWord;
  /** When the latest event happened. ISO 8601 UTC. */
  readonly newest: string;
}

/** What the walk measures against. */
export interface SurveyEvidence {
  readonly anchors: ReadonlyMap<string, ChainHead>;
  readonly checkpointed: ReadonlyMap<string, ChainHead>;
}

/**
 * Walks over all events once and says which chains are in order. Pure; holds nothing of an event but its chain's end.
 * @param onEvent is told of each event, for progress
 */
export function survey(
  presented: Iterable<StoredEvent>,
  { anchors, checkpointed }: SurveyEvidence,
  columnsOf: ColumnsOf,
  onEvent: () => void = () => {},
): Survey {
  const chains = new Map<string, SurveyedChain>();
  const registered = new Map<string, { hash: string; at: string }>();
  const said: { checkpoint: TenantWord["checkpoint"]; whole: boolean } = { checkpoint: null, whole: false };
  const strays: string[] = [];
  let events = 0;
  let newest = "";
  for (const stored of presented) {
    events += 1;
    onEvent();
    const { entry, event } = entryOf(stored, columnsOf);
    const { chain } = entry;
    const base = anchors.get(chain) ?? GENESIS;
    let state = chains.get(chain);
    if (state === undefined) {
      state = { ...base, regular: true, first: null, began_at: event?.at ?? "" };
      chains.set(chain, state);
    }
    if (event !== null && event.at > newest) newest = event.at;
    if (entry.says !== null && entry.says.chain !== chain && isSound(entry)) strays.push(entry.says.chain);
    // Under the anchor, and not removed yet: the anchor says what it is worth.
    if (entry.seq <= base.seq && entry.seq >= 1 && base.seq > GENESIS.seq) {
      if (entry.seq === base.seq && entry.hash !== base.hash) state.regular = false;
      continue;
    }
    if (!goesOn(state, entry)) state.regular = false;
    if (checkpointed.get(chain)?.seq === entry.seq && checkpointed.get(chain)?.hash !== entry.hash) {
      state.regular = false;
    }
    if (!state.regular) continue;
    if (entry.seq === GENESIS.seq + 1) state.first = entry.hash;
    state.seq = entry.seq;
    state.hash = entry.hash;
    if (event !== null && chain.startsWith("tenant/")) note(event, registered, said);
  }
  // An event of this chain stands in another's: only both together tell what happened.
  for (const chain of strays) {
    const state = chains.get(chain);
    if (state !== undefined) state.regular = false;
  }
  return { events, chains, tenant: { registered, ...said }, newest };
}

/** The event is what its place, its neighbour and its columns make it. */
function goesOn({ regular, seq, hash }: SurveyedChain, entry: Entry): boolean {
  const { says } = entry;
  return (
    regular &&
    says !== null &&
    isSound(entry) &&
    says.chain === entry.chain &&
    says.seq === entry.seq &&
    says.seq === seq + 1 &&
    says.prev === hash &&
    entry.mismatched.length === 0
  );
}

function note(
  { type, seq, at, detail }: AuditEvent,
  registered: Map<string, { hash: string; at: string }>,
  said: { checkpoint: TenantWord["checkpoint"]; whole: boolean },
): void {
  if (seq === GENESIS.seq + 1) said.whole = true;
  const { chain, hash, n, digest } = (detail ?? {}) as Record<string, unknown>;
  if (type === "chain" && typeof chain === "string" && typeof hash === "string")
    registered.set(chain, { hash, at });
  if (type === "checkpoint" && typeof n === "number" && typeof digest === "string") {
    if (said.checkpoint === null || n > said.checkpoint.n) said.checkpoint = { n, digest, at };
  }
}
