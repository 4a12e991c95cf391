import { env } from "cloudflare:workers";
import { personKey } from "../../../src/auth/person-key.ts";
import type { Requester } from "../../../src/effect/machine/operation.ts";
import type { Role } from "../../../src/toolkit/scopes.ts";

/** A person who has signed in and said yes to a client, by the person object's own doing. */
export async function signedIn(name: string, role: Role, client_id = "client-1"): Promise<Requester> {
  const subject = `${name}@acme.test`;
  const person = personKey("https://idp.test", subject);
  const stub = env.PERSON.getByName(person);
  const { sign_in_id } = await stub.signIn({
    person,
    subject,
    display: name,
    client_id,
    roles: [role],
    policy_version: "1",
    upstream_refresh_token: null,
  });
  const consent = await stub.consent({
    sign_in_id,
    client_id,
    client_name: "Test client",
    redirect_uri: "http://127.0.0.1/callback",
    scopes: ["devices:read", "devices:contain"],
  });
  if (!consent.ok) throw new Error(consent.reason);
  return { subject, display: name, person, session_id: consent.session_id, client_id, roles: [role] };
}
