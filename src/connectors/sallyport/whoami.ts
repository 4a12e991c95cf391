import { z } from "zod";
import { scopesOfRoles } from "../../path/scopes.ts";
import { defineRead } from "../../path/tool.ts";
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
    tenant: z.string(),
    subject: z.string(),
    name: z.string(),
    roles: z.array(z.string()),
    scopes: z.array(z.string()),
    available_scopes: z.array(z.string()),
    session_id: z.string(),
    client_id: z.string(),
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
