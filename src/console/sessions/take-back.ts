/** Takes back what a person added to one of their connections. */

import { isPersonKey } from "../../auth/person-key.ts";
import { type Done, field, type Visit, VisitRefused } from "../visit.ts";
import { requirePerson } from "./person-page.tsx";

/** `POST /console/sessions/{person}/take-back`: for the person or an administrator. It holds from the next call. */
export async function takeBackScopes(visit: Visit, form: FormData): Promise<Done> {
  const { env, visitor } = visit;
  const person = requirePerson(visit);
  const grant_id = field(form, "grant");
  const about = { detail: { person, grant_id } };
  const object = isPersonKey(person) ? env.PERSON.getByName(person) : null;
  const scopes = object === null ? [] : await object.takeBackScopes(grant_id, visitor.subject);
  if (scopes.length > 0) {
    return { to: `/console/sessions/${person}`, about: { detail: { ...about.detail, scopes: [...scopes] } } };
  }
  const advice = "It may have been taken back meanwhile, or the connection has ended. Open the list again.";
  throw new VisitRefused(404, "not_found", { title: "Nothing was added to this connection", advice }, about);
}
