/** The path's own refusals, in words for a model. */
import type { Authorization } from "../auth/scope-check.ts";
import type { OperationView } from "../effect/protocol.ts";
import { MOST_WAITING } from "../person/waiting.ts";
import { type Difference, Failure } from "../toolkit/failure.ts";
import type { JsonObject } from "../toolkit/json.ts";
import type { Principal } from "../toolkit/principal.ts";
import type { Scope } from "../toolkit/scopes.ts";
import { shown } from "../toolkit/text/shown.ts";
import type { Tool } from "../toolkit/tool.ts";
import type { Call } from "./ports.ts";

/** There is no tool of that name. */
function unknownTool(name: string): Failure {
  return new Failure("unknown_tool", `There is no tool called ${JSON.stringify(shown(name, 64))} here.`, {
    next_step: "Call tools/list and use one of the names it gives.",
  });
}

/** There is no resource of that URI. */
function unknownResource(uri: string): Failure {
  return new Failure("invalid_input", "There is no resource of this URI here.", {
    issues: [
      {
        path: "uri",
        message: `${JSON.stringify(shown(uri, 100))} names nothing here.`,
        hint: "Use a URI of resources/list, or fill in a template of resources/templates/list.",
      },
    ],
    next_step: "Call resources/list or resources/templates/list, and read one of the URIs they give.",
  });
}

/** There is no prompt of that name. */
function unknownPrompt(name: string): Failure {
  return new Failure("invalid_input", "There is no prompt of this name here.", {
    issues: [
      {
        path: "name",
        message: `${JSON.stringify(shown(name, 64))} names nothing here.`,
        hint: "Use one of the names that prompts/list gives.",
      },
    ],
    next_step: "Call prompts/list and use one of the names it gives.",
  });
}

/** The role, or only the token, doesn't allow the tool. */
export function mayNot(
  tool: Tool,
  principal: Principal,
  authorization: Extract<Authorization, { ok: false }>,
): Failure {
  switch (authorization.reason) {
    case "role_forbids":
      return new Failure(
        "role_forbids",
        `${tool.name} is not allowed for the role that you act in (${principal.roles.join(", ") || "none"}).`,
        { next_step: "Ask somebody who holds the role; signing in again doesn't help." },
      );
    case "scope_missing":
      return scopeMissing(
        principal,
        authorization.required,
        `This connection was not given ${authorization.required.join(" ")}. The person may have left its box unticked on the consent page.`,
      );
  }
}

/**
 * The connection lacks scopes that the person can add.
 * @param otherwise what helps without them
 */
export function scopeMissing(
  { scopes, grant_url }: Principal,
  required: readonly Scope[],
  message: string,
  otherwise?: string,
): Failure {
  const add =
    grant_url === undefined
      ? "Have the person connect again, and tick the scopes in required_scopes on the consent page."
      : "Give the person grant_url: they can allow it there. Then make the same call again, on this connection.";
  return new Failure("scope_missing", message, {
    // The token's scopes too: a client that asks only for what is missing would lose the rest.
    required_scopes: [...new Set([...scopes, ...required])],
    ...(grant_url === undefined
      ? {}
      : { grant_url: `${grant_url}?${new URLSearchParams({ scope: required.join(" ") })}` }),
    next_step: otherwise === undefined ? add : `${otherwise} ${add}`,
  });
}

const WHY = {
  other_action: "is another action than this call asks for",
  still_open: "is still open, so there is nothing to repeat",
  not_here: "is not an operation on this target",
  own_key: "is what this idempotency_key already stands for",
} as const;

/** `supersedes` names an operation that this call can't repeat. */
export function badSupersedes(why: keyof typeof WHY): Failure {
  if (why === "own_key") {
    return new Failure(
      "idempotency_key_reused",
      `The operation named in supersedes ${WHY[why]}. Nothing was done.`,
      {
        next_step: "Give the repeat an idempotency_key of its own, or none.",
      },
    );
  }
  return new Failure("invalid_input", `The operation named in supersedes ${WHY[why]}. Nothing was done.`, {
    issues: [
      { path: "supersedes", message: `It ${WHY[why]}.`, hint: "Name the finished operation to be repeated." },
    ],
    next_step: "Leave supersedes out, or name the finished operation that is to be repeated.",
  });
}

/** Something alike was done with other arguments. */
export function differsFromDone(operation: OperationView, differences: readonly Difference[]): Failure {
  const fields = differences.map(({ field }) => field).join(", ");
  return new Failure(
    "differs_from_done",
    `Operation ${operation.id} did something alike${madeBy(operation)}, with another ${fields}. Nothing was done.`,
    { differences, next_step: onPurpose(operation, "If another one is wanted") },
  );
}

/** What an earlier operation did isn't so any more. */
export function noLongerSo(operation: OperationView, differences: readonly Difference[]): Failure {
  return new Failure(
    "differs_from_done",
    `Operation ${operation.id} did this${madeBy(operation)}, and it is no longer so: somebody has changed it since. Nothing was done.`,
    { differences, next_step: onPurpose(operation, "To do it again") },
  );
}

function onPurpose({ id }: OperationView, when: string): string {
  return `Look at what exists first. ${when}, call with supersedes set to ${id}, and without an idempotency_key that was used for it.`;
}

/** The ids in what an operation led to, as far as they can be said in a sentence of ours. */
function madeBy({ data }: OperationView): string {
  const ids = Object.entries(JSON.parse(data ?? "{}") as JsonObject).filter(
    ([field, value]) => field.endsWith("_id") && typeof value === "string" && /^[\w.:-]{1,100}$/.test(value),
  );
  return ids.length === 0 ? "" : ` (${ids.map(([field, value]) => `${field} ${value}`).join(", ")})`;
}

/** So many requests of one person wait for approval that this one may not. */
export function tooManyWait(): Failure {
  return new Failure(
    "rate_limited",
    `${MOST_WAITING} requests of this person wait for approval already. Nothing was done.`,
    {
      retry_after_ms: 60_000,
      next_step: "Have somebody with operations:approve decide on those first, then repeat the call.",
    },
  );
}

/** A caller's key was used for another action before: the operation that it stands for. */
export function keyReused(operation_id: string): Failure {
  return new Failure(
    "idempotency_key_reused",
    `This idempotency_key stands for another action, operation ${operation_id}. Nothing was done.`,
    {
      next_step: `Use a new key for a new action, or repeat the first call exactly. get_operation shows ${operation_id}.`,
    },
  );
}

/** A session keeps no more keys, and none of those that it has is old enough to go. */
export function tooManyKeys(most: number, days: number): Failure {
  return new Failure(
    "invalid_input",
    `This session has used ${most} idempotency keys within ${days} days, which is the limit. Nothing was done.`,
    {
      issues: [
        {
          path: "idempotency_key",
          message: "The session's limit of keys is reached.",
          hint: "Leave it out: a repeat is recognised without it.",
        },
      ],
      next_step: "Repeat the call without idempotency_key. Keys that the session knows still work.",
    },
  );
}

/** The parameter of a request that carries a state back. */
export const REQUEST_STATE = "requestState";

/** The state that a client carried through a round with its person isn't ours, isn't for this call, or was used. */
export function notResumable(): Failure {
  return new Failure(
    "invalid_input",
    "The requestState doesn't belong to this call, or was used before. Nothing was done.",
    {
      issues: [
        { path: REQUEST_STATE, message: "It can't be used here.", hint: "Repeat the call without it." },
      ],
      next_step: "Repeat the call without requestState.",
    },
  );
}

/** The session, or the whole person, was signed out. */
export function revoked(): Failure {
  return new Failure("session_revoked", "This session was revoked. Nothing was done.", {
    next_step: "Have the person sign in again.",
  });
}

/** The refusal of a call that nothing here answers. */
export function undeclared({ method, name }: Pick<Call, "method" | "name">): Failure {
  switch (method) {
    case "tools/call":
      return unknownTool(name);
    case "prompts/get":
      return unknownPrompt(name);
    case "resources/read":
      return unknownResource(name);
  }
}
