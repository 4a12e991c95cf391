/** Allows one connection more, by the word of its person. */

import { isScope } from "../../toolkit/scopes.ts";
import { type Done, type Visit, VisitRefused } from "../visit.ts";
import { requireConnection } from "./grant-page.tsx";

/** `POST /console/grants/{id}`: adds what was ticked. It holds from the next call of that connection. */
export async function addScopes(visit: Visit, form: FormData): Promise<Done> {
  const { env, visitor } = visit;
  const { grant_id } = await requireConnection(visit);
  const posted = form.getAll("scope").map(String);
  const scopes = posted.filter(isScope);
  const about = { detail: { grant_id, scopes } };
  if (scopes.length === 0 || scopes.length < posted.length) {
    const advice = "Tick what this connection may do for you, then allow it. Nothing was changed.";
    throw new VisitRefused(400, "nothing_ticked", { title: "Nothing was ticked", advice }, about);
  }
  const answer = await env.PERSON.getByName(visitor.person).addScopes(grant_id, scopes);
  if (answer.ok) return { to: `/console/grants/${grant_id}`, about };
  throw answer.reason === "ended"
    ? new VisitRefused(
        410,
        "ended",
        { title: "This connection has ended", advice: "Sign in to Sallyport again from your client." },
        about,
      )
    : new VisitRefused(
        403,
        "role_forbids",
        {
          title: "Your role doesn't allow this",
          advice: `One of ${scopes.join(", ")} isn't in your role. Ask somebody who holds it.`,
        },
        about,
      );
}
