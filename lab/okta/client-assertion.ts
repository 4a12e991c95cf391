/** Verifies the assertion of an app. */
import { createPublicKey, verify } from "node:crypto";
import * as z from "zod";
import { appById, type ServiceApp } from "./clients.ts";

/** Okta refuses assertions that live longer. */
const longestLifeS = 3600;

const header = z.object({ alg: z.literal("ES256"), kid: z.string() });
const claims = z.object({
  iss: z.string(),
  sub: z.string(),
  aud: z.string(),
  exp: z.number(),
  jti: z.string().optional(),
});

/** What a client assertion proves, or why it proves nothing. */
export type Asserted = { app: ServiceApp; jti: string | undefined } | { problem: string };

/**
 * Verifies the JWT with which an app authenticates itself (RFC 7523, `private_key_jwt`).
 * @param audience the token endpoint's URL
 * @param now epoch ms
 */
export function verifyAssertion(jwt: string, audience: string, now: number): Asserted {
  const [first = "", second = "", third = ""] = jwt.split(".");
  const head = header.safeParse(json(first));
  const body = claims.safeParse(json(second));
  if (!head.success || !body.success) return { problem: "The client_assertion is not a valid JWT." };
  const { iss, sub, aud, exp, jti } = body.data;
  const app = iss === sub ? appById(iss) : undefined;
  if (!app) return { problem: "The iss and sub claims must be the client_id of an app of this org." };
  if (app.publicKey.kid !== head.data.kid || !isSigned(app, `${first}.${second}`, third)) {
    return { problem: "The client_assertion signature is invalid." };
  }
  if (aud !== audience) return { problem: "The aud claim must be the token endpoint." };
  const nowS = now / 1000;
  if (exp <= nowS) return { problem: "The client_assertion token is expired." };
  if (exp > nowS + longestLifeS) return { problem: "The client_assertion token must expire within an hour." };
  return { app, jti };
}

function isSigned({ publicKey }: ServiceApp, signed: string, signature: string): boolean {
  const key = createPublicKey({ key: publicKey, format: "jwk" });
  const bytes = Buffer.from(signature, "base64url");
  return verify("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" }, bytes);
}

function json(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString());
  } catch {
    return undefined;
  }
}
