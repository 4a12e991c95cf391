/** Checks signed checkpoints and anchors, and gathers from those that hold what chains must agree with. */
import { type ChainHead, eventHash, GENESIS } from "../event/chain-head.ts";
import { type PresentedAnchor, readAnchor } from "../proof/anchor.ts";
import {
  CHECKPOINT_CHAIN,
  checkpointDigest,
  type PresentedCheckpoint,
  readCheckpoint,
  readHeads,
} from "../proof/checkpoint.ts";
import {
  claimedStatement,
  type PublicKey,
  type StatementKind,
  verifiedStatement,
} from "../proof/signature.ts";
import { type Defect, IN_FLIGHT_MS, type VerifierFinding } from "./finding.ts";
import { type PlantedRow, plantedFinding } from "./planted.ts";
import type { VerifierInput } from "./verify.ts";

/** A checkpoint or an anchor as a store or an export presents it. Nothing of it is trusted. */
export type PresentedProof = (
  | ({ readonly kind: "checkpoint" } & PresentedCheckpoint)
  | ({ readonly kind: "anchor" } & PresentedAnchor)
) & {
  /** False if what stands beside the statement isn't what the statement makes it. */
  readonly as_exported?: boolean;
};

/** What the signed statements say, and what is wrong with them. */
export interface Gathered {
  readonly evidence: VerifierInput;
  readonly findings: readonly VerifierFinding[];
  readonly checkpoints: number;
  readonly anchors: number;
  /** The last checkpoint that holds; `null` where there is none. */
  readonly last: { readonly n: number; readonly at: string; readonly digest: string } | null;
}

/**
 * Reads signed statements, anchors first, and checks them: who signed them, that none of the checkpoints is missing,
 * and that each is about the list that it comes with. What doesn't hold is named and not used.
 * @param proofs walked over anew when single chains have to be looked at
 * @param keys whose signatures hold; `null` where nobody knows any: then statements are taken at their word
 * @param kept checkpoints that somebody kept elsewhere: what is presented must contain them
 */
export async function gatherEvidence(
  proofs: Iterable<PresentedProof | PlantedRow>,
  keys: readonly PublicKey[] | null,
  kept: readonly string[] = [],
): Promise<Gathered> {
  const anchors = new Map<string, ChainHead>();
  const checkpointed = new Map<string, ChainHead>();
  const findings: VerifierFinding[] = [];
  const unsound = new Set<number>();
  const missed = new Set(kept);
  const find = (chain: string, seq: number, defect: Defect, detail: string) =>
    findings.push({ chain, seq, defect, detail });
  let head: ChainHead = GENESIS;
  let last: Gathered["last"] = null;
  let checkpoints = 0;
  for (const proof of proofs) {
    if ("planted_in" in proof) {
      findings.push(plantedFinding(proof));
      continue;
    }
    if (proof.as_exported === false) {
      const place = proof.kind === "anchor" ? proof : { chain: CHECKPOINT_CHAIN, seq: proof.n };
      find(place.chain, place.seq, "column_mismatch", `what stands beside its ${proof.kind} differs from it`);
    }
    const statement = await statementOf(proof.jws, proof.kind, keys);
    if (proof.kind === "anchor") {
      const { chain, seq, hash } = proof;
      const anchor = readAnchor(statement);
      const holds = anchor?.chain === chain && anchor.seq === seq && anchor.hash === hash;
      if (!holds) find(chain, seq, "forged", "no accepted key signed this anchor");
      else if (seq >= (anchors.get(chain)?.seq ?? 0)) anchors.set(chain, { seq, hash });
      if (holds && chain === CHECKPOINT_CHAIN) head = { seq, hash };
      continue;
    }
    const { n, jws, heads } = proof;
    checkpoints += 1;
    // Under the anchor, and not removed yet.
    if (n <= (anchors.get(CHECKPOINT_CHAIN)?.seq ?? GENESIS.seq)) continue;
    if (n <= head.seq) {
      unsound.add(n);
      find(CHECKPOINT_CHAIN, n, "inserted", `it comes after ${head.seq}`);
      continue;
    }
    const after = head;
    head = { seq: n, hash: checkpointDigest(jws) };
    if (n > after.seq + 1) {
      const from = after.seq + 1;
      const range = n - 1 > from ? { through_seq: n - 1 } : {};
      const detail = "later checkpoints build on it, and it isn't here";
      findings.push({ chain: CHECKPOINT_CHAIN, seq: from, ...range, defect: "removed", detail });
    }
    const checkpoint = readCheckpoint(statement);
    const wrong = wrongWith(checkpoint, proof, after);
    missed.delete(jws);
    if (wrong !== null) {
      unsound.add(n);
      find(CHECKPOINT_CHAIN, n, ...wrong);
      continue;
    }
    for (const [chain, seq, hash] of readHeads(heads) ?? []) checkpointed.set(chain, { seq, hash });
    if (checkpoint !== null) last = { n, at: checkpoint.at, digest: head.hash };
  }
  for (const jws of missed) {
    const n = readCheckpoint(claimedStatement(jws))?.n ?? 0;
    if (n > 0 && n <= (anchors.get(CHECKPOINT_CHAIN)?.seq ?? 0)) continue;
    const signed = readCheckpoint(await statementOf(jws, "checkpoint", keys)) !== null;
    if (!signed) find(CHECKPOINT_CHAIN, n, "forged", "no accepted key signed the checkpoint that was kept");
    else if (n > head.seq) find(CHECKPOINT_CHAIN, n, "cut_tail", "it was kept elsewhere, and isn't here");
    else find(CHECKPOINT_CHAIN, n, "rewritten", "another one was kept elsewhere");
  }
  const points = (chains: ReadonlySet<string>) => pointsOf(proofs, chains, unsound);
  const signed_at = last?.at ?? "";
  return {
    evidence: { anchors, checkpointed, points, signed_at },
    findings,
    checkpoints,
    anchors: anchors.size,
    last,
  };
}

/**
 * Whether the checkpoints go as far as somebody says: the tenant's chain, which binds each, or its object.
 * @param word its number, its digest if that is known, and when it was made
 * @param newest when the latest event of an export happened, ISO 8601 UTC: what was made a moment before may come
 * later. Empty where that can't be.
 */
export function checkpointTail(
  last: Gathered["last"],
  word: { readonly n: number; readonly digest: string | null; readonly at: string } | null,
  newest: string,
): VerifierFinding[] {
  const n = last?.n ?? 0;
  if (word === null || word.n < n) return [];
  const place = { chain: CHECKPOINT_CHAIN, seq: word.n };
  if (word.n === n) {
    if (n === 0 || word.digest === null || word.digest === last?.digest) return [];
    return [{ ...place, defect: "rewritten", detail: "the tenant's chain binds another one" }];
  }
  const range = word.n > n + 1 ? { through_seq: word.n } : {};
  const detail = "the tenant's chain binds it, and it isn't here";
  // A checkpoint and the event that binds it travel apart.
  const recent = newest !== "" && Date.parse(word.at) > Date.parse(newest) - IN_FLIGHT_MS;
  return [{ ...place, seq: n + 1, ...range, defect: recent ? "in_flight" : "cut_tail", detail }];
}

function statementOf(
  jws: string,
  kind: StatementKind,
  keys: readonly PublicKey[] | null,
): Promise<unknown> | unknown {
  return keys === null ? claimedStatement(jws) : verifiedStatement(jws, kind, keys);
}

function wrongWith(
  checkpoint: ReturnType<typeof readCheckpoint>,
  { n, heads }: PresentedCheckpoint,
  after: ChainHead,
): [Defect, string] | null {
  if (checkpoint === null) return ["forged", "no accepted key signed this checkpoint"];
  if (checkpoint.n !== n) return ["reordered", `it is checkpoint ${checkpoint.n}`];
  if (n === after.seq + 1 && checkpoint.prev !== after.hash)
    return ["rewritten", "it builds on another checkpoint"];
  const list = readHeads(heads);
  const whole = eventHash(heads) === checkpoint.heads && list?.length === checkpoint.chains;
  return whole ? null : ["edited", "its list isn't the one that was signed"];
}

function pointsOf(
  proofs: Iterable<PresentedProof | PlantedRow>,
  chains: ReadonlySet<string>,
  unsound: ReadonlySet<number>,
): Map<string, ChainHead[]> {
  const points = new Map<string, ChainHead[]>();
  for (const proof of proofs) {
    if ("planted_in" in proof || proof.kind !== "checkpoint" || unsound.has(proof.n)) continue;
    for (const [chain, seq, hash] of readHeads(proof.heads) ?? []) {
      if (!chains.has(chain)) continue;
      const known = points.get(chain);
      if (known === undefined) points.set(chain, [{ seq, hash }]);
      else known.push({ seq, hash });
    }
  }
  return points;
}
