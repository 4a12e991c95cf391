/** Writes checkpoints and anchors as OCSF events, so that every line of an export is one. */
import { eventHash, GENESIS } from "../event/chain-head.ts";
import type { Json, JsonObject } from "../json.ts";
import { type PresentedAnchor, readAnchor } from "../proof/anchor.ts";
import { CHECKPOINT_CHAIN, type PresentedCheckpoint, readCheckpoint } from "../proof/checkpoint.ts";
import { claimedStatement } from "../proof/signature.ts";
import { OCSF_VERSION, SHA_256 } from "./ocsf.ts";

/** `metadata.log_name` of what isn't an event but says what events are worth. */
export const CHECKPOINT_LOG = "checkpoints";
export const ANCHOR_LOG = "anchors";

/**
 * A checkpoint as an API activity of our own, so that every line of an export is a valid event. `raw_data` is the
 * statement as it was signed. Pure.
 */
export function checkpointToOcsf({ n, jws, heads }: PresentedCheckpoint): JsonObject {
  const statement = readCheckpoint(claimedStatement(jws));
  const prev = statement?.prev ?? GENESIS.hash;
  return {
    ...proofToOcsf(CHECKPOINT_LOG, n, jws, statement?.at),
    message: `Checkpoint ${n}: where ${statement?.chains ?? "some"} chains ended`,
    unmapped: {
      attestation_list: [
        {
          uid: `${CHECKPOINT_CHAIN}#${n}`,
          chain_uid: CHECKPOINT_CHAIN,
          ...(prev === GENESIS.hash ? {} : { prev_event: { fingerprint: { ...SHA_256, value: prev } } }),
          fingerprint: { ...SHA_256, value: eventHash(jws) },
          signatures: [signatureOf(jws)],
        },
      ],
      heads: parsed(heads),
    },
  };
}

/** An anchor as an API activity of our own. Pure. */
export function anchorToOcsf({ chain, seq, hash, jws }: PresentedAnchor): JsonObject {
  const at = readAnchor(claimedStatement(jws))?.at;
  return {
    ...proofToOcsf(ANCHOR_LOG, seq, jws, at),
    message: `Anchor: ${chain} was whole up to ${seq}, and goes on from there`,
    unmapped: {
      attestation_list: [
        {
          uid: `${chain}#${seq}`,
          chain_uid: chain,
          fingerprint: { ...SHA_256, value: hash },
          signatures: [signatureOf(jws)],
        },
      ],
    },
  };
}

/** What every line of an export has that isn't an event: an API activity of our own, in a log of this name. Pure. */
export function ownActivity(log_name: string) {
  return {
    category_uid: 6,
    category_name: "Application Activity",
    class_uid: 6003,
    class_name: "API Activity",
    activity_id: 99,
    activity_name: log_name,
    type_uid: 600_399,
    actor: { app_name: "Sallyport" },
    api: { operation: log_name, service: { name: "Sallyport" } },
    src_endpoint: { name: "unknown" },
    metadata: {
      version: OCSF_VERSION,
      product: { name: "Sallyport", vendor_name: "Sallyport" },
      log_name,
    },
  } as const;
}

function proofToOcsf(log_name: string, sequence: number, jws: string, at: string | undefined): JsonObject {
  const time = Date.parse(at ?? "");
  const own = ownActivity(log_name);
  return {
    ...own,
    severity_id: 1,
    severity: "Informational",
    status_id: 1,
    status: "Success",
    time: Number.isFinite(time) ? time : 0,
    metadata: { ...own.metadata, sequence },
    raw_data: jws,
    raw_data_hash: { ...SHA_256, value: eventHash(jws) },
  };
}

/** `digital_signature`: 99 is "other", for OCSF has no number for Ed25519. */
function signatureOf(jws: string): JsonObject {
  return { algorithm_id: 99, algorithm: "Ed25519", digest: { ...SHA_256, value: eventHash(jws) } };
}

/** A list that was tampered with is exported as it is, for whoever verifies to meet. */
function parsed(heads: string): Json {
  try {
    return JSON.parse(heads) as Json;
  } catch {
    return heads;
  }
}
