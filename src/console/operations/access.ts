/** Decides who may see an operation: the person who asked for it, and people whose role allows it. */
import type { Env } from "../../bindings.ts";
import type { OperationView } from "../../effect/protocol.ts";
import { may } from "../need.ts";
import { type Visit, type Visitor, VisitRefused } from "../visit.ts";
import { readOperation } from "./latest.ts";

/** Whether somebody may see the operations that other people asked for. */
export function maySeeAll({ roles }: Pick<Visitor, "roles">): boolean {
  return may(roles, "operations:approve") || may(roles, "audit:read");
}

/**
 * The operation that the address names, if the visitor may see it: their own, or anybody's by role.
 * @throws Refused
 */
export async function requireOperation({ env, visitor, param }: Visit): Promise<OperationView> {
  const id = param("id");
  const operation = await readOperation(env, id);
  if (operation === null) {
    throw new VisitRefused(404, "not_found", {
      title: "There is no such operation",
      advice: "The link may be mistyped or cut.",
    });
  }
  if (operation.requester.subject !== visitor.subject && !maySeeAll(visitor)) {
    throw new VisitRefused(
      403,
      "role_forbids",
      {
        title: "This was asked for by somebody else",
        advice: "To see other people's operations, you need operations:approve or audit:read.",
      },
      { operation_id: operation.id },
    );
  }
  return operation;
}

/** What the requester calls their client, as their own object knows it; `null` if it doesn't. */
export async function clientNameOf(env: Env, { requester }: OperationView): Promise<string | null> {
  const sessions = await env.PERSON.getByName(requester.person).listSessions();
  return sessions.find(({ session_id }) => session_id === requester.session_id)?.client_name ?? null;
}
