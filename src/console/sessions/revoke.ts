/** Ends one session of a person, or all of them, from their next call. */
import { isPersonKey } from "../../auth/person-key.ts";
import { type Done, field, type Visit, VisitRefused } from "../visit.ts";
import { requirePerson } from "./person-page.tsx";

/** `POST /console/sessions/{person}/revoke`: ends one session, or all of a person's. It holds on their next call. */
export async function revokeSessions(visit: Visit, form: FormData): Promise<Done> {
  const { env, visitor } = visit;
  const person = requirePerson(visit);
  const session = field(form, "session");
  const about = { detail: { person, session } };
  // The object itself: a person who signed in a moment ago isn't in the database yet.
  const object = isPersonKey(person) ? env.PERSON.getByName(person) : null;
  if (session === "" || object === null || (await object.profile()) === null) {
    const advice = "The session may have ended meanwhile. Open the list again.";
    throw new VisitRefused(404, "not_found", { title: "There is nothing to revoke", advice }, about);
  }
  const which = session === "all" ? "all" : { session_id: session };
  const ended = await object.revoke(which, visitor.subject);
  return { to: `/console/sessions/${person}`, about: { detail: { ...about.detail, ended } } };
}
