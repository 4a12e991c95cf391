/** Signs notices as Standard Webhooks does, so that receivers can tell where they come from. */
import { createHmac } from "node:crypto";

const PREFIX = "whsec_";
/** Bytes that a secret may have (Standard Webhooks 1.0). */
const LEAST_BYTES = 24;
const MOST_BYTES = 64;

/**
 * The headers that prove where a notice comes from, as in Standard Webhooks 1.0, for which receivers find a library
 * in most languages: HMAC-SHA256 over `id.timestamp.body`.
 * @param secrets the one in use, and the one before while receivers take up the new one: each signs
 * @param id the same for every delivery of one notice
 * @param now milliseconds since the epoch
 */
export function signatureHeaders(
  secrets: readonly string[],
  id: string,
  body: string,
  now: number,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1000));
  const signed = `${id}.${timestamp}.${body}`;
  const signatures = secrets.map(
    (secret) => `v1,${createHmac("sha256", keyOf(secret)).update(signed).digest("base64")}`,
  );
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures.join(" ") };
}

/** Whether `secret` is one: `whsec_` and 24 to 64 bytes in base64. */
export function isSecret(secret: string): boolean {
  if (!/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret)) return false;
  const { length } = keyOf(secret);
  return length >= LEAST_BYTES && length <= MOST_BYTES;
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.slice(PREFIX.length), "base64");
}
