/** Remembers tokens in this isolate, so that most requests needn't ask the broker. */
import type { Env } from "../bindings.ts";
import { failureFrom } from "../toolkit/failure.ts";
import type { Credential } from "../toolkit/upstream/credential.ts";
import type { IssuedToken } from "./token-issuer.ts";

/**
 * This isolate's memory, so that a read doesn't pay a hop to the broker. Values only, never promises: on
 * Workers, one request must not wait for another one's I/O. Waiting together is the broker's business.
 */
const remembered = new Map<string, IssuedToken>();

/** The token that this isolate remembers and that needs no renewal yet, if there is one. */
export function rememberedToken({ name }: Credential, stale?: string): string | undefined {
  const known = remembered.get(name);
  const good = known !== undefined && known.token !== stale && Date.now() < known.renew_at;
  return good ? known.token : undefined;
}

/**
 * A token for a credential.
 * @param options.stale a token that the vendor answered with 401: another one is wanted
 * @throws Failure if none can be had
 */
export async function tokenFor(
  env: Env,
  credential: Credential,
  { stale }: { readonly stale?: string | undefined } = {},
): Promise<string> {
  const known = rememberedToken(credential, stale);
  if (known !== undefined) return known;
  const { name } = credential;
  const answer = await env.BROKER.getByName(name).token(name, stale);
  if (!answer.ok) {
    remembered.delete(name);
    throw failureFrom(answer.error);
  }
  const { token, expires_at, renew_at } = answer;
  remembered.set(name, { token, expires_at, renew_at });
  return token;
}
