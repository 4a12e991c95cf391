/**
 * Reads the configuration of checkpoints and retention: what is wrong with it, the accepted keys, and how
 * long events stay.
 */
import { isPublicKey, type PublicKey, readPublicKey } from "../../../verifier/proof/signature.ts";
import type { Env } from "../../bindings.ts";
import { isSigningKey, signerWith } from "./signer.ts";

const DAY_MS = 24 * 3_600_000;

/** What is wrong with the configuration of checkpoints and retention: sentences that name the variable. */
export function integrityProblems(env: Env): string[] {
  const days = Number(env.AUDIT_RETENTION_DAYS);
  return [
    ...(isSigningKey(env.CHECKPOINT_PRIVATE_KEY ?? "")
      ? []
      : [
          "CHECKPOINT_PRIVATE_KEY must be an Ed25519 key, PKCS#8 in base64: make one with openssl genpkey -algorithm ed25519 -outform DER | openssl base64 -A",
        ]),
    ...(publicKeysOf(env).every(isPublicKey)
      ? []
      : [
          "CHECKPOINT_PUBLIC_KEYS must be empty, or Ed25519 public keys, SPKI in base64, with a space between two: openssl pkey -inform DER -pubout -outform DER | openssl base64 -A makes one of a private key",
        ]),
    ...(Number.isInteger(days) && days >= 1
      ? []
      : ["AUDIT_RETENTION_DAYS must be a whole number of days, 1 or more"]),
  ];
}

/** What the variables came to when they were read last: anybody's request may ask for it. */
let remembered: { readonly variables: string; readonly keys: readonly PublicKey[] } | null = null;

/** The keys whose signatures hold: that of the key in use first, then the earlier ones that stay accepted. */
export async function acceptedKeys(env: Env): Promise<readonly PublicKey[]> {
  const variables = JSON.stringify([env.CHECKPOINT_PRIVATE_KEY, env.CHECKPOINT_PUBLIC_KEYS]);
  if (remembered?.variables === variables) return remembered.keys;
  const { public_key } = await signerWith(env.CHECKPOINT_PRIVATE_KEY);
  const keys = [public_key, ...(await Promise.all(publicKeysOf(env).map(readPublicKey)))];
  remembered = { variables, keys };
  return keys;
}

/** For how long events are kept at least, in milliseconds. */
export function retentionMs(env: Env): number {
  return Number(env.AUDIT_RETENTION_DAYS) * DAY_MS;
}

function publicKeysOf(env: Env): string[] {
  return (env.CHECKPOINT_PUBLIC_KEYS ?? "").split(/[\s,]+/).filter((text) => text !== "");
}
