/** Signs the JWT by which a service app proves to Okta who it is. */
import { importJWK, SignJWT } from "jose";
import * as z from "zod";

/** How long an assertion is good for. It is used at once, and Okta takes an hour at most. */
const LIFE_S = 60;

/** What Okta's org authorization server verifies. */
const ALGORITHMS = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"] as const;

const ALGORITHM_OF_CURVE = { "P-256": "ES256", "P-384": "ES384", "P-521": "ES512" } as const;

/** A private key as Okta's console shows it: a JWK with its `kid`. It doesn't always say its algorithm. */
const PrivateKey = z.discriminatedUnion("kty", [
  z.looseObject({
    kty: z.literal("RSA"),
    kid: z.string().min(1),
    n: z.string(),
    e: z.string(),
    d: z.string(),
    alg: z.enum(ALGORITHMS).default("RS256"),
  }),
  z.looseObject({
    kty: z.literal("EC"),
    kid: z.string().min(1),
    crv: z.enum(["P-256", "P-384", "P-521"]),
    x: z.string(),
    y: z.string(),
    d: z.string(),
  }),
]);
type PrivateKey = z.output<typeof PrivateKey>;

/** True if `text` is a private key that assertions can be signed with. */
export function isAssertionKey(text: string): boolean {
  return privateKeyIn(text) !== undefined;
}

/**
 * The JWT by which an app proves who it is (RFC 7523 §3, `private_key_jwt`). Good once, for a minute.
 * @param key a private JWK as JSON
 * @param audience the token endpoint's URL
 * @param now milliseconds since the epoch
 * @throws TypeError if `key` isn't one: configuration is checked before anything is signed
 */
export async function clientAssertion(
  key: string,
  client_id: string,
  audience: string,
  now: number,
): Promise<string> {
  const jwk = privateKeyIn(key);
  if (jwk === undefined) throw new TypeError("the private key is not a JWK");
  const alg = algorithmOf(jwk);
  const issued_at = Math.floor(now / 1000);
  return new SignJWT()
    .setProtectedHeader({ alg, kid: jwk.kid })
    .setIssuer(client_id)
    .setSubject(client_id)
    .setAudience(audience)
    .setIssuedAt(issued_at)
    .setExpirationTime(issued_at + LIFE_S)
    .setJti(crypto.randomUUID())
    .sign(await importJWK(jwk, alg));
}

function privateKeyIn(text: string): PrivateKey | undefined {
  try {
    return PrivateKey.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function algorithmOf(jwk: PrivateKey): string {
  return jwk.kty === "RSA" ? jwk.alg : ALGORITHM_OF_CURVE[jwk.crv];
}
