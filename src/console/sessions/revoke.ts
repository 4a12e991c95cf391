import { type Done, field, Refused, type Visit } from "../visit.ts";
import { isKnown } from "./people.ts";
import { requirePerson } from "./person-page.tsx";

/** `POST /console/sessions/{person}/revoke`: ends one session, or all of a person's. It holds on their next call. */
export async function revokeSessions(visit: Visit, form: FormData): Promise<Done> {
  const { env, visitor } = visit;
  const person = requirePerson(visit);
  const session = field(form, "session");
  const about = { detail: { person, session } };
  const known = person === visitor.person || (await isKnown(env.DB, person));
  if (session === "" || !known) {
    const advice = "The session may have ended meanwhile. Open the list again.";
    throw new Refused(404, "not_found", { title: "There is nothing to revoke", advice }, about);
  }
  const which = session === "all" ? "all" : { session_id: session };
  const ended = await env.PERSON.getByName(person).revoke(which, visitor.subject);
  return { to: `/console/sessions/${person}`, about: { detail: { ...about.detail, ended } } };
}
