/** Switches one tool or credential off or on for everybody, from their next call. */
import type { SwitchChange } from "../../tenant/protocol.ts";
import { type Done, field, type Visit, VisitRefused } from "../visit.ts";
import { MAX_SWITCH_REASON } from "./switch-form.tsx";

/** `POST /console/connectors/switch`: one tool or credential, off or on, for everybody, from their next call. */
export async function switchConnector({ env, catalogue, visitor }: Visit, form: FormData): Promise<Done> {
  const change = read(form, visitor.subject);
  const { kind, name, disabled } = change;
  const detail = { kind, name, disabled };
  const found = kind === "tool" ? catalogue.tool(name) : catalogue.credential(name);
  if (found === undefined) {
    const advice = "Nothing here has that name.";
    throw new VisitRefused(400, "invalid_input", { title: "Nothing was switched", advice }, { detail });
  }
  await env.TENANT_OBJECT.getByName(env.TENANT).switch(change);
  return { to: "/console/connectors", about: { detail } };
}

function read(form: FormData, by: string): SwitchChange {
  const [kind, name, disabled, reason] = ["kind", "name", "disabled", "reason"].map((name) =>
    field(form, name),
  );
  const complete =
    (kind === "tool" || kind === "credential") &&
    (disabled === "true" || disabled === "false") &&
    name !== undefined &&
    reason !== undefined &&
    reason !== "" &&
    reason.length <= MAX_SWITCH_REASON;
  if (complete) return { kind, name, disabled: disabled === "true", by, reason };
  throw new VisitRefused(400, "invalid_input", {
    title: "Nothing was switched",
    advice: `Go back, and give a reason of at most ${MAX_SWITCH_REASON} characters: the audit keeps it.`,
  });
}
