/** What a question calls a thing: an id of another capability's becomes the names that its keeper knows. */
import { sourceOf } from "../capabilities/ids.ts";
import { scopeMissing } from "../path/refusals.ts";
import { Failure } from "../toolkit/failure.ts";
import type { JsonObject } from "../toolkit/json.ts";
import type { Principal } from "../toolkit/principal.ts";
import type { Absent, ReadContext, ReadSpec } from "../toolkit/read.ts";
import { scopesOfRoles } from "../toolkit/scopes.ts";
import { ask, type Ports } from "./one-source.ts";

/** How a question is put, the best wording first; or the thing that has no names, because its keeper doesn't know it. */
export type Wordings =
  | { readonly put: readonly JsonObject[] }
  | { readonly unnamed: Absent["absent"]; readonly source: string };

/**
 * The question in one or more wordings: an id of another capability's thing becomes that thing's names.
 * @throws Failure `scope_missing` if the caller may not read that thing, and whatever keeps it from being read
 */
export async function wordings(
  spec: ReadSpec,
  asked: JsonObject,
  portsOf: (named: ReadSpec) => Ports,
  context: ReadContext,
): Promise<Wordings> {
  for (const [argument, { read, id, names }] of Object.entries(spec.named_by ?? {})) {
    const value = asked[argument];
    const ports = portsOf(read);
    const source = typeof value === "string" ? sourceOf(value, Object.keys(ports)) : undefined;
    const port = ports[source ?? ""];
    if (source === undefined || port === undefined) continue;
    if (!mayRead(read, context.principal)) throw namesNeedScope(argument, read, context.principal);
    const found = await ask(
      source,
      port,
      [{ [id]: value ?? null }],
      { place: null, limit: 1, names: [] },
      context,
    );
    if ("failure" in found) throw found.failure;
    if ("gone" in found) return { unnamed: { kind: found.gone.absent.kind, id: String(value) }, source };
    const known = names(found.found.data);
    if (known.length === 0) throw nameless(argument, String(value));
    return { put: known.map((name) => ({ ...asked, [argument]: name })) };
  }
  return { put: [asked] };
}

function mayRead({ scope }: ReadSpec, { scopes, roles }: Principal): boolean {
  const allowed: readonly string[] = scopesOfRoles(roles);
  return scope === "any" || (scopes.includes(scope) && allowed.includes(scope));
}

function nameless(path: string, id: string): Failure {
  const message = `${id} has neither a name nor an address that it could be searched by. Nothing was searched.`;
  const hint = "Give a name or an address.";
  return new Failure("invalid_input", message, { issues: [{ path, message, hint }], next_step: hint });
}

function namesNeedScope(argument: string, { scope }: ReadSpec, principal: Principal): Failure {
  const message = `To find the names behind the id in ${argument}, the scope ${scope} is needed. Nothing was searched.`;
  const otherwise = `Give a name or an address in ${argument}: that needs no further scope.`;
  return scopeMissing(principal, scope === "any" ? [] : [scope], message, otherwise);
}
