/**
 * Encrypts and authenticates texts that others keep for the instance, bound to a purpose and to what they
 * belong to.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import type { Env } from "../bindings.ts";

/**
 * Authenticated encryption under the instance's SEALING_KEY: for what has to be kept or handed out, and may be
 * neither read nor altered by whoever holds it.
 *
 * node:crypto rather than Web Crypto, because it is synchronous: a rotated refresh token can be sealed and
 * stored with nothing awaited in between.
 */

const CIPHER = "aes-256-gcm";
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Bytes that SEALING_KEY decodes to. */
export const SEALING_KEY_BYTES = 32;

interface Sealing extends Pick<Env, "SEALING_KEY" | "TENANT"> {
  /** The key before: what was sealed under it still opens, so that keys can change while people work. */
  readonly SEALING_KEY_PREVIOUS?: string;
}

/**
 * Encrypts `plaintext` for one purpose.
 * @param purpose each has a key of its own, so that a text sealed for one use is worthless in another
 * @param binding what the text belongs to; `open` succeeds only with the same. The tenant is always part of it.
 * @returns base64url text
 */
export function seal(env: Sealing, purpose: string, binding: readonly string[], plaintext: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, keyFor(env.SEALING_KEY, purpose), iv);
  cipher.setAAD(context(env, binding));
  const sealed = Buffer.concat([iv, cipher.update(plaintext, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return sealed.toString("base64url");
}

/**
 * What {@link seal} was given, or `null` if it was altered, or sealed elsewhere, for something else or under a key
 * that is neither the instance's nor the one before.
 */
export function open(
  env: Sealing,
  purpose: string,
  binding: readonly string[],
  sealed: string,
): string | null {
  const bytes = Buffer.from(sealed, "base64url");
  if (bytes.length < IV_BYTES + TAG_BYTES) return null;
  for (const secret of [env.SEALING_KEY, env.SEALING_KEY_PREVIOUS]) {
    const text = secret ? openWith(keyFor(secret, purpose), context(env, binding), bytes) : null;
    if (text !== null) return text;
  }
  return null;
}

function openWith(key: Uint8Array, bound: Buffer, bytes: Buffer): string | null {
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES));
  decipher.setAAD(bound);
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const plaintext = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES));
    return Buffer.concat([plaintext, decipher.final()]).toString("utf8");
  } catch {
    return null;
  }
}

function keyFor(sealing_key: string, purpose: string): Uint8Array {
  const secret = Buffer.from(sealing_key, "base64");
  return new Uint8Array(hkdfSync("sha256", secret, "", `sallyport/${purpose}/v1`, 32));
}

/** JSON keeps the parts apart: `["ab","c"]` is not `["a","bc"]`. */
function context({ TENANT }: Pick<Sealing, "TENANT">, binding: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify([TENANT, ...binding]));
}
