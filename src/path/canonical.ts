/** Ids of the call's arguments with their source before them: target, key, audit and answers use nothing else. Pure. */
import { canonicalId, capabilityOfIds, idsIn, sourceOf } from "../capabilities/ids.ts";
import type { ChangeTool } from "../toolkit/change.ts";
import { Failure } from "../toolkit/failure.ts";
import type { JsonObject } from "../toolkit/json.ts";
import type { Tool } from "../toolkit/tool.ts";

/** A vendor that has things of a capability. */
export interface Source {
  readonly name: string;
  /** This deployment is configured for it. */
  readonly used: boolean;
}

/**
 * The arguments with canonical ids. A bare id is taken where one source is configured.
 * @param sourcesOf the sources of a capability's things
 * @throws Failure `invalid_input` for a bare id where several are, and for a source that can't make the change
 */
export function canonicalInput(
  tool: Tool,
  input: JsonObject,
  sourcesOf: (capability: string) => readonly Source[],
): JsonObject {
  const canonical = idsIn(input).map(([name, ids]) => {
    const sources = sourcesOf(capabilityOfIds(name) ?? "");
    const named = ids.map((id) => oneCanonical(name, id, sources));
    if (tool.kind === "change" && sources.length > 0)
      requirePort(tool.name, name, named, canMake(tool, input));
    return [name, Array.isArray(input[name]) ? named : (named[0] ?? "")] as const;
  });
  return { ...input, ...Object.fromEntries(canonical) };
}

/** A creation's source is an argument, where several could. */
function canMake({ ports }: ChangeTool, { source }: JsonObject): readonly string[] {
  return typeof source === "string" ? [source] : [...ports.keys()];
}

function oneCanonical(name: string, id: string, sources: readonly Source[]): string {
  if (sources.length === 0 || sourceOf(id, namesOf(sources)) !== undefined) return id;
  const used = sources.length === 1 ? sources : sources.filter((source) => source.used);
  const [only, ...others] = used;
  if (only !== undefined && others.length === 0) return canonicalId(only.name, id);
  const names = namesOf(used.length === 0 ? sources : used);
  throw wrongSource(
    name,
    `Several sources have such ids. Write the source before it, as ${names[0]}:${id}.`,
    names,
  );
}

function namesOf(sources: readonly Source[]): string[] {
  return sources.map(({ name }) => name);
}

function requirePort(tool: string, name: string, ids: readonly string[], can: readonly string[]): void {
  if (ids.every((id) => sourceOf(id, can) !== undefined)) return;
  throw wrongSource(name, `${tool} can't be made at this source, only at ${can.join(", ")}.`, can);
}

function wrongSource(path: string, hint: string, sources: readonly string[]): Failure {
  return new Failure(
    "invalid_input",
    `The argument ${path} doesn't name a source that can be asked. Nothing was done.`,
    {
      issues: [{ path, message: hint, expected: sources.map((source) => `${source}:…`).join(" or "), hint }],
      next_step: "Correct each argument listed in issues, then call again.",
    },
  );
}
