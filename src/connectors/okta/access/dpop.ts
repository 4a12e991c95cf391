/**
 * Demonstrating Proof of Possession (RFC 9449): a token that is bound to a key, and a proof of that key on every
 * request. Each token gets a key of its own, which is kept where the token is kept and ends with it.
 */
import { createHash } from "node:crypto";
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from "jose";
import * as z from "zod";

const ALGORITHM = "ES256";

/** A token as it is held: with its key, where it is bound to one. */
export interface HeldToken {
  readonly access_token: string;
  /** A private JWK. `null` for a bearer token. */
  readonly key: JWK | null;
}

/** What a proof is for. */
interface Proven {
  readonly method: string;
  readonly url: string;
  /** The authorization server's, where it has asked for one. */
  readonly nonce?: string;
  /** The token that the request shows. */
  readonly access_token?: string;
}

const Bound = z.object({ access_token: z.string(), key: z.looseObject({ kty: z.literal("EC") }) });

/** A new key, to bind one token to. */
export async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  return exportJWK(privateKey);
}

/**
 * The proof for one request (RFC 9449 §4.2). Good once.
 * @param now milliseconds since the epoch
 */
export async function proofOf(key: JWK, proven: Proven, now: number): Promise<string> {
  const { method, url, nonce, access_token } = proven;
  const { kty, crv, x, y } = key;
  // The address without query and fragment.
  const { origin, pathname } = new URL(url);
  return new SignJWT({
    htm: method,
    htu: `${origin}${pathname}`,
    ...(nonce === undefined ? {} : { nonce }),
    ...(access_token === undefined ? {} : { ath: digestOf(access_token) }),
  })
    .setProtectedHeader({ typ: "dpop+jwt", alg: ALGORITHM, jwk: { kty, crv, x, y } as JWK })
    .setIssuedAt(Math.floor(now / 1000))
    .setJti(crypto.randomUUID())
    .sign(await importJWK(key, ALGORITHM));
}

/** A token and its key as one text, for those that keep tokens. A bearer token is its own text. */
export function held({ access_token, key }: HeldToken): string {
  return key === null ? access_token : JSON.stringify({ access_token, key });
}

/** The token in a text of {@link held}. No bearer token begins with a brace (RFC 6750 §2.1). */
export function heldIn(text: string): HeldToken {
  if (!text.startsWith("{")) return { access_token: text, key: null };
  return Bound.parse(JSON.parse(text)) as HeldToken;
}

function digestOf(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
