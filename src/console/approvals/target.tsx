/** Reads an operation's target as it is now, and shows it beside what the gate saw. */
import type { FC } from "hono/jsx";
import type { Env } from "../../bindings.ts";
import { inspected } from "../../capabilities/ports.ts";
import type { Catalogue } from "../../catalogue/catalogue.ts";
import { upstreamFor } from "../../downstream/client.ts";
import type { OperationView } from "../../effect/protocol.ts";
import { portOf, type TargetAttributes } from "../../toolkit/change.ts";
import { asFailure } from "../../toolkit/failure.ts";
import { typed } from "../../toolkit/typed.ts";
import { factsOf, Table } from "../elements.tsx";

/** How long the page waits for the vendor, in milliseconds. */
const PATIENCE_MS = 5_000;

/** The target as it is now. */
export type Look =
  /** JSON text, or `null` for something that has yet to be created. */
  | { readonly seen: "there"; readonly data: string | null; readonly attributes: TargetAttributes }
  | { readonly seen: "gone" }
  | { readonly seen: "failed"; readonly why: string };

/** Looks at an operation's target with the tool's read credential. Never throws: a failed look is shown as such. */
export async function lookAtTarget(env: Env, catalogue: Catalogue, operation: OperationView): Promise<Look> {
  const tool = catalogue.tool(operation.tool);
  if (tool?.kind !== "change") return { seen: "failed", why: "This version no longer has the tool." };
  try {
    const port = portOf(tool, operation.target);
    const upstream = upstreamFor(env, port.read_credential, { deadline_ms: PATIENCE_MS, purpose: "change" });
    const now = await inspected(port, JSON.parse(operation.input), {
      env,
      upstream,
      operation_id: operation.id,
    });
    if (!now.exists) return { seen: "gone" };
    const data = now.data === null ? null : JSON.stringify(typed(tool, now.data));
    return { seen: "there", data, attributes: now.attributes };
  } catch (thrown) {
    return { seen: "failed", why: asFailure(thrown).message };
  }
}

/** The target as it is beside as it was: what is decided on is the one, and what was asked for the other. */
export const TargetThenAndNow: FC<{ operation: OperationView; look: Look }> = ({ operation, look }) => {
  const { id } = operation.target;
  const then = new Map([
    ...factsOf(operation.before, id),
    ...factsOf(JSON.stringify(operation.attributes), id),
  ]);
  const now = new Map(
    look.seen === "there" ? [...factsOf(look.data, id), ...factsOf(JSON.stringify(look.attributes), id)] : [],
  );
  const names = [...new Set([...then.keys(), ...now.keys()])];
  return (
    <section class="card" aria-labelledby="target">
      <h2 id="target">The target, then and now</h2>
      {look.seen === "gone" && (
        <p class="notice bad" role="alert">
          It is no longer there.
        </p>
      )}
      {look.seen === "failed" && (
        <p class="notice warn" role="alert">
          How it is now could not be read: {look.why}
        </p>
      )}
      <Table
        label="The target, then and now"
        columns={["What", "When it was asked for", "Now"]}
        empty="Nothing is known of it: it has yet to be created."
        rows={names.map((name) => [name, then.get(name) ?? "–", now.get(name) ?? "–"])}
      />
    </section>
  );
};
