/**
 * Verifies everything that a store or an export presents: once for all chains, again for those that aren't
 * in order.
 */
import { type ChainHead, GENESIS } from "../event/chain-head.ts";
import {
  type ColumnsOf,
  type Entry,
  entryOf,
  isSound,
  type LiveHead,
  type StoredEvent,
} from "../event/stored-event.ts";
import { absentTail, type ChainEvidence, chainFindings } from "./chain-findings.ts";
import { IN_FLIGHT_MS, type VerifierFinding } from "./finding.ts";
import { type Presented, withoutPlanted } from "./planted.ts";
import { leadsToAnchor, type Survey, type SurveyedChain, survey, type TenantWord } from "./survey.ts";

type LiveHeads = ReadonlyMap<string, LiveHead>;

/** What is known of the chains from elsewhere than their events: from signed statements, if they hold. */
export interface VerifierInput {
  readonly anchors: ReadonlyMap<string, ChainHead>;
  /** Where each chain was when it was signed last. */
  readonly checkpointed: ReadonlyMap<string, ChainHead>;
  /** Where some chains were each time that they were signed, ascending. */
  readonly points: (chains: ReadonlySet<string>) => ReadonlyMap<string, readonly ChainHead[]>;
  /** When the last checkpoint that holds was signed. ISO 8601 UTC; empty where there is none. */
  readonly signed_at: string;
}

/** Where nothing was signed. */
const NO_EVIDENCE: VerifierInput = {
  anchors: new Map(),
  checkpointed: new Map(),
  points: () => new Map(),
  signed_at: "",
};

/** What was verified, and what was found. */
export interface Verification {
  readonly chains: number;
  readonly events: number;
  readonly tenant: TenantWord;
  /** When the latest event happened. ISO 8601 UTC; empty where there is none. */
  readonly newest: string;
  /** Those of what is on its way are no failures. */
  readonly findings: readonly VerifierFinding[];
}

/** A chain's first event and the tenant's word of it travel apart. How long the event may be there without the word. */
const UNREGISTERED_MS = 3_600_000;

/**
 * Verifies everything that a store or an export presents. Pure.
 *
 * Walks over the events once, holding a few words of each chain; then, a second time, for the chains that aren't in
 * order alone: to say what happened to one of them, all of it is needed, though not the texts.
 *
 * @param presented in the order of the store (chain, seq) or of the export's lines. Walked over anew each time.
 * @param readHeads says the end of every chain that lives, or is `null` where nobody can (an export alone): then the
 * end of a chain is taken as it is presented, or as it was signed. Asked after each walk, so that no event that was
 * met can be newer than its chain's end.
 */
export function verifyEvents(
  presented: Iterable<Presented>,
  readHeads: (() => LiveHeads) | null,
  columnsOf: ColumnsOf,
  evidence: VerifierInput = NO_EVIDENCE,
  onEvent: () => void = () => {},
): Verification {
  const { events: rows, planted } = withoutPlanted(presented);
  const found = survey(rows, { ...evidence, lives: readHeads !== null }, columnsOf, onEvent);
  const heads = readHeads?.() ?? null;
  const { registered } = found.tenant;
  const names = new Set([
    ...found.chains.keys(),
    ...(heads?.keys() ?? []),
    ...evidence.checkpointed.keys(),
    ...registered.keys(),
  ]);
  const findings: VerifierFinding[] = [];
  const irregular = new Set<string>();
  for (const chain of names) {
    const state = found.chains.get(chain) ?? null;
    const expected = expectedHead(chain, heads, evidence);
    const word = registered.get(chain);
    if (state === null) {
      findings.push(...absentChain(chain, expected, heads, evidence, found));
    } else if (isIrregular(state, expected, heads, word) || isNobodys(chain, state, heads, evidence, found)) {
      irregular.add(chain);
    } else if (expected !== null) {
      findings.push(...absentTail(chain, state.seq, expected));
    }
  }
  if (irregular.size > 0)
    findings.push(...investigate(rows, irregular, readHeads, columnsOf, evidence, found));
  const chains = new Set([...found.chains.keys(), ...(heads?.keys() ?? [])]).size;
  const { events, tenant, newest } = found;
  const all = [...planted(), ...inOrder(findings), ...unacknowledged(tenant)];
  return { chains, events, tenant, newest, findings: all };
}

/** Its own object's word, else where it was signed last. */
function expectedHead(
  chain: string,
  heads: LiveHeads | null,
  { checkpointed }: VerifierInput,
): LiveHead | null {
  const live = heads?.get(chain);
  if (live !== undefined) return live;
  const signed = checkpointed.get(chain);
  return signed === undefined ? null : { chain, ...signed, pending_from: null, overdue_through: null };
}

function absentChain(
  chain: string,
  expected: LiveHead | null,
  heads: LiveHeads | null,
  { anchors }: VerifierInput,
  { tenant, newest }: Survey,
): VerifierFinding[] {
  const anchored = anchors.get(chain)?.seq ?? GENESIS.seq;
  if (heads?.has(chain)) return expected === null ? [] : absentTail(chain, anchored, expected);
  const begun = tenant.registered.get(chain);
  const through = Math.max(expected?.seq ?? 0, GENESIS.seq + 1);
  if (anchored >= through) return [];
  const recent = expected === null && begun !== undefined && within(begun.at, newest, IN_FLIGHT_MS);
  return [
    {
      chain,
      seq: anchored + 1,
      ...(through > anchored + 1 ? { through_seq: through } : {}),
      defect: recent ? "in_flight" : "missing_chain",
      detail: expected === null ? "the tenant's chain says that it began" : "a signed checkpoint has it",
    },
  ];
}

function isIrregular(
  state: SurveyedChain,
  expected: LiveHead | null,
  heads: LiveHeads | null,
  word: { readonly hash: string } | undefined,
): boolean {
  if (!state.regular) return true;
  if (word !== undefined && state.first !== null && state.first !== word.hash) return true;
  if (heads === null) return false;
  if (expected === null) return true;
  return state.seq > expected.seq || (state.seq === expected.seq && state.hash !== expected.hash);
}

/**
 * A chain that no object of the instance has; in an export, one of which nothing that was signed speaks, though it has
 * events from long before something was.
 */
function isNobodys(
  chain: string,
  { oldest_at }: SurveyedChain,
  heads: LiveHeads | null,
  { anchors, checkpointed, signed_at }: VerifierInput,
  { tenant, newest }: Survey,
): boolean {
  if (heads !== null) return !heads.has(chain);
  if (checkpointed.has(chain) || anchors.has(chain) || tenant.registered.get(chain)?.signed) return false;
  // Without checkpoints, only the tenant's chain can say that it doesn't know a chain, if it is all here.
  if (checkpointed.size === 0 && !tenant.whole) return false;
  return !within(oldest_at, signed_at === "" ? newest : signed_at, UNREGISTERED_MS);
}

/** What exactly is wrong with the chains that aren't in order. */
function investigate(
  presented: Iterable<StoredEvent>,
  irregular: ReadonlySet<string>,
  readHeads: (() => LiveHeads) | null,
  columnsOf: ColumnsOf,
  evidence: VerifierInput,
  found: Survey,
): VerifierFinding[] {
  const points = evidence.points(irregular);
  const chains = entriesOf(presented, irregular, columnsOf, evidence, found);
  const heads = readHeads?.() ?? null;
  return [...chains].flatMap(([chain, entries]) => {
    const state = found.chains.get(chain);
    if (state !== undefined && isNobodys(chain, state, heads, evidence, found))
      return unowned(chain, entries);
    const word = found.tenant.registered.get(chain);
    const base = evidence.anchors.get(chain) ?? GENESIS;
    const first = word === undefined ? [] : [{ seq: GENESIS.seq + 1, hash: word.hash }];
    const known = [...first, ...(points.get(chain) ?? [])].filter(({ seq }) => seq > base.seq);
    return chainFindings(chain, entries, endOf(chain, entries, heads, evidence, base, known));
  });
}

/** Beyond what was signed last, nobody but the object itself can say where a chain ends. */
function endOf(
  chain: string,
  entries: readonly Entry[],
  heads: LiveHeads | null,
  evidence: VerifierInput,
  base: ChainHead,
  points: readonly ChainHead[],
): ChainEvidence {
  const expected = expectedHead(chain, heads, evidence);
  const last = entries.reduce((highest, { seq }) => Math.max(highest, seq), base.seq);
  const ends = expected !== null && (heads !== null || expected.seq >= last);
  return { head: ends ? expected : null, base, points };
}

/** A sound text of a known chain belongs there, even if its column says otherwise. */
function entriesOf(
  presented: Iterable<StoredEvent>,
  chains: ReadonlySet<string>,
  columnsOf: ColumnsOf,
  { anchors }: VerifierInput,
  found: Survey,
): Map<string, Entry[]> {
  const entries = new Map([...chains].map((chain): [string, Entry[]] => [chain, []]));
  for (const stored of presented) {
    const { entry } = entryOf(stored, columnsOf);
    const said =
      isSound(entry) && entry.says !== null && entries.has(entry.says.chain) ? entry.says.chain : entry.chain;
    const base = anchors.get(said);
    const state = found.chains.get(said);
    // Under its anchor, and not removed yet.
    const under = base !== undefined && entry.seq >= 1 && entry.seq <= base.seq;
    if (under && state !== undefined && leadsToAnchor(state, base)) continue;
    entries.get(said)?.push(entry);
  }
  return entries;
}

function unowned(chain: string, entries: readonly Entry[]): VerifierFinding[] {
  return entries.map(({ seq }) => ({
    chain,
    seq,
    defect: "inserted",
    detail: "no object of this instance has this chain",
  }));
}

function within(at: string, newest: string, span_ms: number): boolean {
  return Date.parse(at) > Date.parse(newest) - span_ms;
}

function inOrder(findings: readonly VerifierFinding[]): VerifierFinding[] {
  return findings.toSorted((a, b) =>
    a.chain === b.chain ? Number(a.seq) - Number(b.seq) : a.chain < b.chain ? -1 : 1,
  );
}

/** What the tenant's chain says that the store refused, and that nobody has looked at yet. */
function unacknowledged({ troubles }: TenantWord): VerifierFinding[] {
  return [...troubles.values()].map(({ kind, chain, seq, detail }) => ({ chain, seq, defect: kind, detail }));
}
