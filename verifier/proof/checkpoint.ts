/** Declares a checkpoint and the list of heads that it signs, and makes the one after it. */
import canonicalize from "canonicalize";
import * as z from "zod";
import { type ChainHead, eventHash, GENESIS } from "../event/chain-head.ts";

/** A chain's end, as a checkpoint lists it. A tuple, because there are many. */
export type ListedHead = readonly [chain: string, seq: number, hash: string];

const digest = z.string().regex(/^[0-9a-f]{64}$/);

const checkpoint = z.strictObject({
  n: z.int().positive(),
  at: z.iso.datetime({ precision: 3 }),
  chains: z.int().nonnegative(),
  heads: digest,
  prev: digest,
});

/**
 * A signed statement of where chains ended. It lists only those that went on since the checkpoint before, and names
 * that one: so each covers all chains there ever were, and doesn't grow with their number. It holds digests alone,
 * because it is published.
 */
export interface Checkpoint {
  /** 1, 2, 3, … without a gap. */
  readonly n: number;
  /** ISO 8601 UTC. */
  readonly at: string;
  /** How many heads the list has. */
  readonly chains: number;
  /** SHA-256 hex of the list's RFC 8785 text. */
  readonly heads: string;
  /** SHA-256 hex of the checkpoint before, as signed; zeros for the first. */
  readonly prev: string;
}

/** By this name, the checkpoints themselves are a chain: retention anchors it like any other. */
export const CHECKPOINT_CHAIN = "checkpoint";

/** A checkpoint as it is stored and exported: the signed statement and the list that it is about. */
export interface PresentedCheckpoint {
  readonly n: number;
  /** Compact JWS. */
  readonly jws: string;
  /** RFC 8785 text of the list of heads. */
  readonly heads: string;
}

/** The statement after `previous` about these heads, and the text of the list. Pure. */
export function nextCheckpoint(
  previous: ChainHead,
  heads: readonly ListedHead[],
  at: string,
): { readonly statement: Checkpoint; readonly list: string } {
  const list = headsText(heads);
  const statement = {
    n: previous.seq + 1,
    at,
    chains: heads.length,
    heads: eventHash(list),
    prev: previous.hash,
  };
  return { statement, list };
}

/** A signed statement's digest: what the next checkpoint and the tenant's chain know it by. */
export function checkpointDigest(jws: string): string {
  return eventHash(jws);
}

/** Where the checkpoints begin. */
export const FIRST_CHECKPOINT: ChainHead = GENESIS;

/** The RFC 8785 text of a list of heads, in the order of the chains' names. */
function headsText(heads: readonly ListedHead[]): string {
  return canonicalize(heads.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) ?? "[]";
}

/** A statement's content, or `null` if it isn't a checkpoint's. */
export function readCheckpoint(statement: unknown): Checkpoint | null {
  return checkpoint.safeParse(statement).data ?? null;
}

/** True if both are statements by the same number, and don't say the same. */
export function isAnother(statement: unknown, own: unknown): boolean {
  const [a, b] = [readCheckpoint(statement), readCheckpoint(own)];
  return a !== null && b !== null && a.n === b.n && canonicalize(a) !== canonicalize(b);
}

const listedHeads = z.array(z.tuple([z.string(), z.int().positive(), digest]));

/** The heads in a list's text, or `null` if it is none. */
export function readHeads(list: string): readonly ListedHead[] | null {
  try {
    return listedHeads.safeParse(JSON.parse(list)).data ?? null;
  } catch {
    return null;
  }
}
