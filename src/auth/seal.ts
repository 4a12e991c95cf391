import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

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

type Sealing = Pick<Env, "SEALING_KEY" | "TENANT">;

/**
 * Encrypts `plaintext` for one purpose.
 * @param purpose each has a key of its own, so that a text sealed for one use is worthless in another
 * @param binding what the text belongs to; `open` succeeds only with the same. The tenant is always part of it.
 * @returns base64url text
 */
export function seal(env: Sealing, purpose: string, binding: readonly string[], plaintext: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, keyFor(env, purpose), iv);
  cipher.setAAD(context(env, binding));
  const sealed = Buffer.concat([iv, cipher.update(plaintext, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return sealed.toString("base64url");
}

/** What {@link seal} was given, or `null` if it was altered, or sealed elsewhere, for something else or under another key. */
export function open(
  env: Sealing,
  purpose: string,
  binding: readonly string[],
  sealed: string,
): string | null {
  const bytes = Buffer.from(sealed, "base64url");
  if (bytes.length < IV_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv(CIPHER, keyFor(env, purpose), bytes.subarray(0, IV_BYTES));
  decipher.setAAD(context(env, binding));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const plaintext = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES));
    return Buffer.concat([plaintext, decipher.final()]).toString("utf8");
  } catch {
    return null;
  }
}

function keyFor({ SEALING_KEY }: Sealing, purpose: string): Uint8Array {
  const secret = Buffer.from(SEALING_KEY, "base64");
  return new Uint8Array(hkdfSync("sha256", secret, "", `sallyport/${purpose}/v1`, 32));
}

/** JSON keeps the parts apart: `["ab","c"]` is not `["a","bc"]`. */
function context({ TENANT }: Sealing, binding: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify([TENANT, ...binding]));
}
