/** Declares the tool that says who the caller acts for, and which scopes work. */
import * as z from "zod";
import { defineRead } from "../../toolkit/read.ts";
import { scopesOfRoles } from "../../toolkit/scopes.ts";
import { opaqueId, reportedText } from "../../toolkit/text/reported-text.ts";
import { OWN_READ, ownSource } from "./source.ts";

export const whoami = defineRead({
  name: "whoami",
  title: "Who am I",
  description:
    "Who you act for here: person, roles, the scopes that work now, and those the role would allow after signing in again.",
  annotations: OWN_READ,
  scope: "any",
  credentials: [],
  input: z.strictObject({}),
  output: z.strictObject({
    tenant: reportedText(),
    subject: reportedText(),
    name: reportedText(),
    roles: z.array(opaqueId),
    scopes: z.array(opaqueId),
    available_scopes: z.array(opaqueId),
    session_id: opaqueId,
    /** Of a client that registered by its own metadata, its URL. */
    client_id: z.string().regex(/^[!-~]{1,2048}$/),
  }),
  run: async (_input, { principal, now }) => {
    const { tenant, subject, display: name, roles, session_id, client_id } = principal;
    const available_scopes = scopesOfRoles(roles);
    const scopes = available_scopes.filter((scope) => principal.scopes.includes(scope));
    const data = {
      tenant,
      subject,
      name,
      roles: [...roles],
      scopes,
      available_scopes,
      session_id,
      client_id,
    };
    return { outcome: "found", data, sources: ownSource(1, now) };
  },
});
