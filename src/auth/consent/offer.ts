/**
 * Works out which scopes a person may be asked to allow, from what the client asks for and what their roles
 * allow.
 */
import { ALL_SCOPES, isScope, type Role, type Scope, scopesOfRoles } from "../../toolkit/scopes.ts";

/**
 * What a first connection asks for: everything a viewer may do. Clients request what the resource metadata
 * names, so this list is what people see on their first consent page.
 */
export const FIRST_SCOPES: readonly Scope[] = scopesOfRoles(["viewer"]);

/** OpenID Connect's name for "may refresh". Every client may; those that ask for it by name get it by name. */
export const OFFLINE_ACCESS = "offline_access";

/** What a person may be asked to allow. */
export interface Offer {
  /** Asked for, and allowed by the role: ticked. */
  readonly asked: readonly Scope[];
  /**
   * Allowed by the role, and not asked for: unticked. Widely used clients ask once, for what the resource
   * metadata names, and never for more; without this their people could never use a tool that changes something.
   */
  readonly more: readonly Scope[];
  /** Asked for, and forbidden by the role: named, and not to be had. */
  readonly forbidden: readonly Scope[];
}

/** What to put before somebody with `roles`. A request that names no scope asks for what a first connection does. */
export function offerFor(requested: readonly string[], roles: readonly Role[]): Offer {
  const named = requested.filter(isScope);
  const wanted = new Set<Scope>(named.length > 0 ? named : FIRST_SCOPES);
  const allowed = new Set(scopesOfRoles(roles));
  return {
    asked: ALL_SCOPES.filter((scope) => wanted.has(scope) && allowed.has(scope)),
    more: ALL_SCOPES.filter((scope) => !wanted.has(scope) && allowed.has(scope)),
    forbidden: ALL_SCOPES.filter((scope) => wanted.has(scope) && !allowed.has(scope)),
  };
}

/** True if the request names scopes, and none of them exists here. */
export function asksForNothingKnown(requested: readonly string[]): boolean {
  return requested.length > 0 && !requested.some((scope) => isScope(scope) || scope === OFFLINE_ACCESS);
}

/** What the grant gets: what the person ticked, and `offline_access` if the client asked for it by that name. */
export function grantedScopes(requested: readonly string[], ticked: readonly Scope[]): string[] {
  return requested.includes(OFFLINE_ACCESS) ? [...ticked, OFFLINE_ACCESS] : [...ticked];
}
