/**
 * Decides whether a person whom the identity provider vouches for may come in, by the roles that their
 * groups give.
 */
import type { Env } from "../bindings.ts";
import { log } from "../observe/log.ts";
import type { Role } from "../toolkit/scopes.ts";
import { authProblemPage } from "./page.tsx";
import { personKey } from "./person-key.ts";
import type { Identity } from "./sign-in/identity-provider.ts";
import { ClaimUnreadable, type RolePolicy, rolesFrom } from "./sign-in/roles.ts";
import type { SignedIn } from "./sign-in/signed-in.ts";

/** Whether somebody whom the identity provider vouches for has any business here. */
export type Admission =
  | { readonly ok: true; readonly signed_in: SignedIn }
  | { readonly ok: false; readonly reason: "no_role" | "claim_unreadable"; readonly display: string };

/** Finds a person's roles and tells their object, which audits the sign-in, admitted or not. */
export async function admit(
  env: Env,
  identity: Identity,
  policy: RolePolicy,
  client_id: string,
): Promise<Admission> {
  const { issuer, subject, display, refresh_token } = identity;
  const person = personKey(issuer, subject);
  const object = env.PERSON.getByName(person);
  const found = findRoles(policy, identity);
  if (!found.ok) {
    const { reason } = found;
    await object.refuse({ person, subject, display, client_id, reason });
    return { ok: false, reason, display };
  }
  const { roles } = found;
  const { sign_in_id } = await object.signIn({
    person,
    subject,
    display,
    client_id,
    roles,
    policy_version: policy.version,
    upstream_refresh_token: refresh_token,
  });
  return { ok: true, signed_in: { person, sign_in_id, subject, display, roles } };
}

/** The page for somebody who isn't admitted. `back` is where a client waits, if one does. */
export function turnedAway(
  { reason, display }: Extract<Admission, { ok: false }>,
  options: { readonly headers: Headers; readonly back?: string },
): Promise<Response> {
  const advice = {
    no_role:
      "none of your groups gives you a role here. Ask the people who run Sallyport in your organisation.",
    claim_unreadable:
      "your identity provider sent your groups in a form that can't be read. The people who run Sallyport in your organisation find the cause in its log.",
  }[reason];
  return authProblemPage(
    403,
    "You have no access here",
    `You signed in as ${display}, and ${advice}`,
    options,
  );
}

type Found =
  | { readonly ok: true; readonly roles: Role[] }
  | { readonly ok: false; readonly reason: "no_role" | "claim_unreadable" };

function findRoles(policy: RolePolicy, { claims }: Identity): Found {
  try {
    const roles = rolesFrom(policy, claims);
    return roles.length > 0 ? { ok: true, roles } : { ok: false, reason: "no_role" };
  } catch (thrown) {
    if (!(thrown instanceof ClaimUnreadable)) throw thrown;
    log("error", "sign_in_claim_unreadable", { reason: thrown.message });
    return { ok: false, reason: "claim_unreadable" };
  }
}
