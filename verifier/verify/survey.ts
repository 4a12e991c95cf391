/** Walks over all events once and keeps a few words of each chain, to say which chains need a closer look. */
import { type ChainHead, GENESIS } from "../event/chain-head.ts";
import type { AuditEvent } from "../event/record.ts";
import { type ColumnsOf, type Entry, entryOf, isSound, type StoredEvent } from "../event/stored-event.ts";
import { acknowledgedTrouble, reportedTrouble, type Trouble } from "../event/trouble.ts";
import type { VerifierFinding } from "./finding.ts";

/** What a walk over all events knows of a chain. A few words each, however long the chain is. */
export interface SurveyedChain {
  /** Up to here everything is in order, from what the chain begins with. */
  seq: number;
  hash: string;
  /** False once anything isn't. Then only the whole chain can say what. */
  regular: boolean;
  /** Hash of the chain's first event; `null` where it isn't here. */
  first: string | null;
  /** When the earliest event that is here happened. ISO 8601 UTC; empty where none could be read. */
  oldest_at: string;
  /** How far events lead that lie under the chain's anchor; `null` where none is here. */
  under: ChainHead | null;
}

/** What the tenant's chain says of others. */
export interface TenantWord {
  /** Chains that began, with the hash of their first event. */
  readonly registered: ReadonlyMap<string, Registration>;
  /** The last checkpoint that it binds. */
  readonly checkpoint: { readonly n: number; readonly digest: string; readonly at: string } | null;
  /** True if it is here from its first event on. */
  readonly whole: boolean;
  /** By id, what it reports and nobody has acknowledged. */
  readonly troubles: ReadonlyMap<string, OpenTrouble>;
}

/** A trouble that is open, as a finding has it. */
export interface OpenTrouble extends Pick<VerifierFinding, "chain" | "seq" | "detail"> {
  readonly kind: Trouble["kind"];
  /** The chain that reports it: nobody else's word ends it. */
  readonly by: string;
  readonly signed: boolean;
}

interface Registration {
  readonly hash: string;
  readonly at: string;
  /** False beyond what a checkpoint covers: there, anybody may have added it who can write where events are stored. */
  readonly signed: boolean;
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
  /** True if objects say where their chains end: then what isn't signed yet is theirs all the same. */
  readonly lives: boolean;
}

/**
 * Walks over all events once and says which chains are in order. Pure; holds nothing of an event but its chain's end.
 * @param onEvent is told of each event, for progress
 */
export function survey(
  presented: Iterable<StoredEvent>,
  { anchors, checkpointed, lives }: SurveyEvidence,
  columnsOf: ColumnsOf,
  onEvent: () => void = () => {},
): Survey {
  const chains = new Map<string, SurveyedChain>();
  const registered = new Map<string, Registration>();
  const said: Said = { checkpoint: null, whole: false };
  const troubles = new Map<string, OpenTrouble>();
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
      state = { ...base, regular: true, first: null, oldest_at: event?.at ?? "", under: null };
      chains.set(chain, state);
    }
    if (event !== null && event.at > newest) newest = event.at;
    if (event !== null && event.at < state.oldest_at) state.oldest_at = event.at;
    if (entry.says !== null && entry.says.chain !== chain && isSound(entry)) strays.push(entry.says.chain);
    // Under the anchor, and not removed yet: it has to lead up to what the anchor says.
    if (entry.seq <= base.seq && entry.seq >= 1) {
      const leads = isInOrder(entry) && (state.under === null || goesOn(state.under, entry));
      state.under = { seq: entry.seq, hash: leads ? entry.hash : NOWHERE };
      continue;
    }
    if (!isInOrder(entry) || !goesOn(state, entry)) state.regular = false;
    if (checkpointed.get(chain)?.seq === entry.seq && checkpointed.get(chain)?.hash !== entry.hash) {
      state.regular = false;
    }
    if (!state.regular) continue;
    if (entry.seq === GENESIS.seq + 1) state.first = entry.hash;
    state.seq = entry.seq;
    state.hash = entry.hash;
    if (event === null || !chain.startsWith("tenant/")) continue;
    // Where nothing was signed, its word has to do. Else the name alone is worth nothing: it is anybody's to take.
    const signed =
      checkpointed.size === 0 ? entry.seq : Math.max(checkpointed.get(chain)?.seq ?? 0, base.seq);
    note(event, entry.seq <= signed, registered, said);
    noteTrouble(event, lives || entry.seq <= signed, troubles);
  }
  for (const [chain, state] of chains) if (!leadsToAnchor(state, anchors.get(chain))) state.regular = false;
  // An event of this chain stands in another's: only both together tell what happened.
  for (const chain of strays) {
    const state = chains.get(chain);
    if (state !== undefined) state.regular = false;
  }
  return { events, chains, tenant: { registered, ...said, troubles }, newest };
}

/** No event's hash: what led here once leads nowhere. */
const NOWHERE = "";

/** True if what lies under the chain's anchor, if anything does, leads up to it. */
export function leadsToAnchor({ under }: SurveyedChain, anchor: ChainHead | undefined): boolean {
  return under === null || (under.seq === anchor?.seq && under.hash === anchor.hash);
}

/** The event is what its place and its columns make it. */
function isInOrder(entry: Entry): boolean {
  const { says, chain, seq, mismatched } = entry;
  return isSound(entry) && says?.chain === chain && says.seq === seq && mismatched.length === 0;
}

function goesOn({ seq, hash }: ChainHead, { says }: Entry): boolean {
  return says?.seq === seq + 1 && says.prev === hash;
}

interface Said {
  checkpoint: TenantWord["checkpoint"];
  whole: boolean;
}

function note(
  { type, seq, at, detail }: AuditEvent,
  signed: boolean,
  registered: Map<string, Registration>,
  said: Said,
): void {
  if (seq === GENESIS.seq + 1) said.whole = true;
  const { chain, hash, n, digest } = (detail ?? {}) as Record<string, unknown>;
  if (type === "chain" && typeof chain === "string" && typeof hash === "string") {
    // What was signed isn't taken back by what wasn't.
    if (signed || !registered.get(chain)?.signed) registered.set(chain, { hash, at, signed });
  }
  if (type === "checkpoint" && typeof n === "number" && typeof digest === "string") {
    if (said.checkpoint === null || n > said.checkpoint.n) said.checkpoint = { n, digest, at };
  }
}

function noteTrouble(event: AuditEvent, signed: boolean, troubles: Map<string, OpenTrouble>): void {
  const reported = reportedTrouble(event);
  if (reported !== null) {
    const { id, trouble } = reported;
    const { chain, seq } = trouble;
    const what = trouble.kind === "conflict" ? `${trouble.offered_hash} was offered` : trouble.reason;
    const detail = `${what}; nobody has acknowledged ${id}`;
    const place = chain === null || seq === null ? event : { chain, seq };
    const { chain: by } = event;
    troubles.set(id, { kind: trouble.kind, chain: place.chain, seq: place.seq, detail, by, signed });
  }
  const acknowledged = troubles.get(acknowledgedTrouble(event) ?? "");
  // What was signed isn't taken back by what wasn't.
  if (acknowledged !== undefined && acknowledged.by === event.chain && (signed || !acknowledged.signed)) {
    troubles.delete(acknowledgedTrouble(event) ?? "");
  }
}
