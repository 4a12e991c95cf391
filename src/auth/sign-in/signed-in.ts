/** Carries who has signed in through the consent form, sealed to that page and its browser. */
import * as z from "zod";
import type { Env } from "../../bindings.ts";
import { ROLES } from "../../toolkit/scopes.ts";
import { open, seal } from "../seal.ts";

const signedInSchema = z.object({
  person: z.string(),
  sign_in_id: z.string(),
  subject: z.string(),
  display: z.string(),
  roles: z.array(z.enum(ROLES)),
});

/** Who sits before the consent page. It makes the trip through the form sealed, and is believed on its return. */
export type SignedIn = z.output<typeof signedInSchema>;

/**
 * Seals it to this instance and to one consent page. The page's handle is bound to the browser that opened it,
 * so that nobody can consent with somebody else's sign-in, or put their own into another person's page.
 */
export function sealSignedIn(env: Env, handle: string, signed_in: SignedIn): string {
  return seal(env, "sign-in", [env.PUBLIC_URL, handle], JSON.stringify(signed_in));
}

/** What {@link sealSignedIn} sealed, or `null` for anything else. */
export function openSignedIn(env: Env, handle: string, sealed: string): SignedIn | null {
  const text = open(env, "sign-in", [env.PUBLIC_URL, handle], sealed);
  return text === null ? null : signedInSchema.parse(JSON.parse(text));
}
