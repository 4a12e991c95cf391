/** What a token may, as far as its person allowed: on the consent page, and on the page of its grant since. */

import type { Env } from "../bindings.ts";
import type { AddedScope } from "../person/session-control.ts";
import type { CallerAuth } from "./caller.ts";

/** What a call may be allowed, before the role narrows it. */
export interface Granted {
  /** The token's, and those added to its grant that hold now. */
  readonly scopes: readonly string[];
  /** The page where the person can add more. Absent for a token that gets nothing added. */
  readonly grant_url?: string;
}

/**
 * What a verified caller was granted.
 * @param added what the person added to the caller's grant, whether or not it still holds
 * @param now milliseconds since the epoch
 */
export function grantedTo(
  { PUBLIC_URL }: Pick<Env, "PUBLIC_URL">,
  { grant_id, scopes, narrowed }: CallerAuth,
  added: readonly AddedScope[],
  now: number,
): Granted {
  if (narrowed) return { scopes };
  const holding = added.filter(({ until }) => now < until).map(({ scope }) => scope);
  return {
    scopes: [...new Set([...scopes, ...holding])],
    grant_url: `${PUBLIC_URL}/console/grants/${encodeURIComponent(grant_id)}`,
  };
}

/** What travels with a request through an SDK, which knows no more than this of who asks. */
export interface AuthInfo {
  token: string;
  clientId: string;
  scopes: string[];
  extra: { granted: Granted };
}

/** Hands what was granted to an SDK. */
export function authInfo(client_id: string, granted: Granted): AuthInfo {
  return { token: "", clientId: client_id, scopes: [...granted.scopes], extra: { granted } };
}

/** What {@link authInfo} handed over. Nothing is granted where it is missing. */
export function grantedIn(info: { readonly extra?: Record<string, unknown> } | undefined): Granted {
  return (info?.extra?.granted as Granted | undefined) ?? { scopes: [] };
}
