/** Signs statements about the audit with the instance's Ed25519 key. */

import { CompactSign, exportJWK, importPKCS8 } from "jose";
import {
  ALGORITHM,
  keyBytes,
  type PublicKey,
  publicKeyOf,
  type StatementKind,
  statementType,
} from "../../../verifier/proof/signature.ts";

/** RFC 8410 in DER: all that stands before a private key's 32 bytes. */
const PKCS8_PREFIX = "302e020100300506032b657004220420";

/** Signs statements about the audit. */
export interface Signer {
  readonly public_key: PublicKey;
  /** A compact JWS (RFC 7515) whose payload is `statement` as JSON. */
  sign(kind: StatementKind, statement: object): Promise<string>;
}

/** True if `text` is an Ed25519 private key: PKCS#8 in base64, as openssl writes it. */
export function isSigningKey(text: string): boolean {
  return keyBytes(text, PKCS8_PREFIX) !== null;
}

/**
 * A signer with an Ed25519 private key.
 * @throws Error if `pkcs8` is none: configuration is checked before anything is signed
 */
export async function signerWith(pkcs8: string): Promise<Signer> {
  const pem = `-----BEGIN PRIVATE KEY-----\n${pkcs8.trim()}\n-----END PRIVATE KEY-----`;
  const key = await importPKCS8(pem, ALGORITHM, { extractable: true });
  const { x } = await exportJWK(key);
  const public_key = await publicKeyOf(x ?? "");
  return {
    public_key,
    sign: (kind, statement) =>
      new CompactSign(new TextEncoder().encode(JSON.stringify(statement)))
        .setProtectedHeader({ alg: ALGORITHM, typ: statementType(kind), kid: public_key.kid })
        .sign(key),
  };
}
