/** Decides whether a call has the scope that it needs, both in its token and in the person's roles. */
import type { Principal } from "../toolkit/principal.ts";
import { type Scope, scopesOfRoles } from "../toolkit/scopes.ts";

/** Whether a call may be made, and if not, whether a broader token would help. */
export type Authorization =
  | { readonly ok: true }
  /** The person's role doesn't allow it: no token ever will. */
  | { readonly ok: false; readonly reason: "role_forbids" }
  /** The role allows it, the token doesn't: the client may ask the person for more. */
  | { readonly ok: false; readonly reason: "scope_missing"; readonly required: readonly Scope[] };

/**
 * Decides whether `principal` may do what `need` names: scopes of the token ∩ scopes of the role. `any` admits
 * whoever's role holds a scope at all.
 */
export function authorize(
  principal: Pick<Principal, "roles" | "scopes">,
  need: Scope | "any",
): Authorization {
  const allowed = scopesOfRoles(principal.roles);
  if (need === "any") return allowed.length > 0 ? { ok: true } : { ok: false, reason: "role_forbids" };
  if (!allowed.includes(need)) return { ok: false, reason: "role_forbids" };
  if (!principal.scopes.includes(need)) return { ok: false, reason: "scope_missing", required: [need] };
  return { ok: true };
}

/** Whether a role that allows `allowed` may be shown what `need` declares; a token can still lack some of it. */
export function covers(
  allowed: readonly Scope[],
  need: { readonly scope: Scope | "any"; readonly leads_to?: readonly Scope[] },
): boolean {
  const scopes = [...(need.scope === "any" ? [] : [need.scope]), ...(need.leads_to ?? [])];
  return allowed.length > 0 && scopes.every((scope) => allowed.includes(scope));
}
