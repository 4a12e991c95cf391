/** Proofs of possession (RFC 9449), as the org's authorization server and its API check them. */
import { createHash, createPublicKey, type JsonWebKey, verify } from "node:crypto";
import * as z from "zod";
import { stableId } from "../estate/random.ts";
import type { VendorRequest } from "../simulator.ts";

/** How far a proof's clock may be off. */
const mostSkewS = 300;

const header = z.object({
  typ: z.literal("dpop+jwt"),
  alg: z.literal("ES256"),
  jwk: z.strictObject({ kty: z.literal("EC"), crv: z.literal("P-256"), x: z.string(), y: z.string() }),
});
const claims = z.object({
  htm: z.string(),
  htu: z.string(),
  iat: z.number(),
  jti: z.string().min(1),
  ath: z.string().optional(),
  nonce: z.string().optional(),
});

/** What a proof proves. */
export interface Proven {
  /** Of the key (RFC 7638). */
  thumbprint: string;
  jti: string;
  nonce: string | undefined;
}

/** What a proof has to be for. */
export interface Provable {
  method: string;
  /** Without query. */
  url: string;
  /** The token that the request shows. */
  token?: string;
}

/** The proof in a request's `DPoP` header, or why there is none. */
export function verifyProof(
  { headers, now }: VendorRequest,
  { method, url, token }: Provable,
): Proven | { problem: string } {
  const jwt = headers.get("dpop");
  if (jwt === null) return { problem: "The DPoP proof JWT header is missing." };
  const [first = "", second = "", third = ""] = jwt.split(".");
  const head = header.safeParse(json(first));
  const body = claims.safeParse(json(second));
  if (!head.success || !body.success) return { problem: "The DPoP proof JWT is not valid." };
  const { jwk } = head.data;
  const { htm, htu, iat, jti, ath, nonce } = body.data;
  if (!isSigned(jwk, `${first}.${second}`, third)) return { problem: "The signature is not valid." };
  if (htm !== method) return { problem: "'htm' claim in the DPoP proof JWT is invalid." };
  if (htu !== url) return { problem: "'htu' claim in the DPoP proof JWT is invalid." };
  if (Math.abs(iat - now / 1000) > mostSkewS) return { problem: "'iat' claim is too far away." };
  if (token !== undefined && ath !== digest(token)) return { problem: "'ath' claim is invalid." };
  const { crv, kty, x, y } = jwk;
  return { thumbprint: digest(JSON.stringify({ crv, kty, x, y })), jti, nonce };
}

/** The nonce that an app has to show. */
export function nonceOf(app: string): string {
  return stableId(`dpop-nonce/${app}`, 32);
}

function isSigned(jwk: JsonWebKey, signed: string, signature: string): boolean {
  const key = createPublicKey({ key: jwk, format: "jwk" });
  const bytes = Buffer.from(signature, "base64url");
  return verify("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" }, bytes);
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

function json(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString());
  } catch {
    return undefined;
  }
}
