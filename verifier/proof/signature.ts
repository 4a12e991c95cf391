/** Reads keys and signed statements. What signs is the house's own, and not here. */
import { base64url, calculateJwkThumbprint, compactVerify, decodeProtectedHeader } from "jose";
import type { JsonObject } from "../json.ts";

/** RFC 8037. The name that older JOSE libraries know too: whoever keeps a statement must be able to check it. */
export const ALGORITHM = "EdDSA";

/** An Ed25519 public key as a JWK (RFC 8037), named by its RFC 7638 thumbprint. */
export interface PublicKey extends JsonObject {
  readonly kty: "OKP";
  readonly crv: "Ed25519";
  /** The key's 32 bytes, base64url. */
  readonly x: string;
  readonly kid: string;
}

/** What a statement is about. A signature of one kind is worth nothing as another. */
export type StatementKind = "checkpoint" | "anchor";

/** The longest signed statement that is read from a store. None is nearly as long, and a row holds two megabytes. */
export const LONGEST_JWS = 8_192;

/** RFC 8410 in DER: all that stands before a public key's 32 bytes. */
const SPKI_PREFIX = "302a300506032b6570032100";
const KEY_BYTES = 32;

/** True if `text` is an Ed25519 public key: SPKI in base64, as openssl writes it. */
export function isPublicKey(text: string): boolean {
  return keyBytes(text, SPKI_PREFIX) !== null;
}

/**
 * A public key: SPKI in base64 or PEM, or a JWK as JSON.
 * @throws TypeError if `text` is none of these
 */
export async function readPublicKey(text: string): Promise<PublicKey> {
  const bytes = keyBytes(text.replaceAll(/-----(?:BEGIN|END) PUBLIC KEY-----|\s/g, ""), SPKI_PREFIX);
  if (bytes !== null) return publicKeyOf(base64url.encode(bytes));
  const x = xOfJwk(text);
  if (x === null) throw new TypeError("not an Ed25519 public key: SPKI in base64 or PEM, or a JWK");
  return publicKeyOf(x);
}

/** A public key as SPKI in base64, as openssl writes it. */
export function spkiOf({ x }: PublicKey): string {
  return Buffer.concat([Buffer.from(SPKI_PREFIX, "hex"), base64url.decode(x)]).toString("base64");
}

/**
 * What a statement says, if one of `keys` signed it as a statement of this kind; else `null`. Never throws: what is
 * verified may be anything.
 */
export async function verifiedStatement(
  jws: string,
  kind: StatementKind,
  keys: readonly PublicKey[],
): Promise<unknown> {
  try {
    const { kid } = decodeProtectedHeader(jws);
    const key = keys.find((each) => each.kid === kid);
    if (key === undefined) return null;
    // As it is, and no copy of it: then the library imports it once.
    const { payload, protectedHeader } = await compactVerify(jws, key, { algorithms: [ALGORITHM] });
    return protectedHeader.typ === statementType(kind) ? JSON.parse(new TextDecoder().decode(payload)) : null;
  } catch {
    return null;
  }
}

/** What a statement says by itself, whoever signed it; `null` if nothing can be read from it. */
export function claimedStatement(jws: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(base64url.decode(jws.split(".")[1] ?? "")));
  } catch {
    return null;
  }
}

/** The `typ` of a statement's protected header. */
export function statementType(kind: StatementKind): string {
  return `sallyport-${kind}+jws`;
}

/** The public key of these 32 bytes, base64url. */
export async function publicKeyOf(x: string): Promise<PublicKey> {
  const jwk = { kty: "OKP", crv: "Ed25519", x } as const;
  return { ...jwk, kid: await calculateJwkThumbprint(jwk) };
}

/** The key's 32 bytes in a DER text in base64, or `null` if it isn't of the form that `prefix` begins. */
export function keyBytes(text: string, prefix: string): Buffer | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text.trim())) return null;
  const der = Buffer.from(text, "base64");
  if (der.length !== prefix.length / 2 + KEY_BYTES || !der.toString("hex").startsWith(prefix)) return null;
  return der.subarray(prefix.length / 2);
}

function xOfJwk(text: string): string | null {
  try {
    const { kty, crv, x } = JSON.parse(text) as JsonObject;
    const whole = kty === "OKP" && crv === "Ed25519" && typeof x === "string";
    return whole && base64url.decode(x).length === KEY_BYTES ? x : null;
  } catch {
    return null;
  }
}
