import type { Requester } from "../../src/effect/machine/operation.ts";

/** Two who may act alone, and one who may only ask. */
export const PEOPLE: readonly Requester[] = ["responder", "responder2", "analyst"].map((name, index) => ({
  subject: name,
  display: name,
  person: name,
  session_id: `ses_${index}`,
  client_id: "client",
  roles: [name === "analyst" ? "analyst" : "responder"],
}));
