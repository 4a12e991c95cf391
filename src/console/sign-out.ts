/** Ends a person's console session in every browser, so that a copied cookie is worth nothing. */
import type { Done, Visit } from "./visit.ts";

/**
 * `POST /console/sign-out`: ends the person's console session for good, here and in every other browser: a cookie
 * that somebody copied is worth nothing from then on.
 */
export async function signOut({ env, visitor }: Visit): Promise<Done> {
  const { person, session_id, subject } = visitor;
  await env.PERSON.getByName(person).revoke({ session_id }, subject);
  return { to: "/console/signed-out", about: {}, signs_out: true };
}
