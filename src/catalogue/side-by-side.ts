/** A read that several sources may serve: all are asked side by side, and the answer says how each went. */
import * as z from "zod";
import { canonicalId, idsIn, sourceOf, withoutSource, withSource } from "../capabilities/ids.ts";
import type { AnyReadPort } from "../toolkit/connector.ts";
import { Failure } from "../toolkit/failure.ts";
import type { JsonObject } from "../toolkit/json.ts";
import { decodeCursor, encodeCursor } from "../toolkit/paging.ts";
import type { Principal } from "../toolkit/principal.ts";
import type {
  Absent,
  Found,
  ReadContext,
  ReadOutcome,
  ReadSpec,
  ReadTool,
  SourceReport,
} from "../toolkit/read.ts";
import { scopesOfRoles } from "../toolkit/scopes.ts";
import type { Credential } from "../toolkit/upstream/credential.ts";
import { settingsOf } from "../toolkit/upstream/settings-of.ts";

/** What a page holds where the tool takes no limit. */
const USUAL_LIMIT = 25;

/** Where each source that isn't done goes on: `null` is its beginning. */
const Places = z.record(z.string(), z.json());
type Places = z.output<typeof Places>;

/** What one source came to. */
type Part =
  | { readonly source: string; readonly found: Found<unknown, unknown> }
  | { readonly source: string; readonly gone: Absent }
  | { readonly source: string; readonly failure: Failure };

/** The tool that a spec becomes with those who serve it, by the names of the sources. */
export function sideBySide(
  spec: ReadSpec,
  ports: Ports,
  portsOf: (named: ReadSpec) => Ports = () => ({}),
): ReadTool {
  const sources = Object.keys(ports);
  const keepers = Object.values(spec.named_by ?? {}).flatMap(({ read }) => Object.values(portsOf(read)));
  return {
    ...spec,
    input: sources.length > 1 ? choosing(spec.input, sources) : spec.input,
    credentials: credentialsIn(Object.values(ports)),
    also: credentialsIn(keepers),
    async run({ cursor, limit = USUAL_LIMIT, source: only, ...asked }, context) {
      const question = `${spec.name} ${JSON.stringify([asked, only])}`;
      const places = placesIn(cursor, question, askedOf(asked as JsonObject, sources, only));
      const share = Math.max(1, Math.floor(Number(limit) / Object.keys(places).length));
      const worded = await wordings(spec, asked as JsonObject, portsOf, context);
      if ("outcome" in worded) return worded;
      const parts = await Promise.all(
        Object.entries(places).map(([source, place]) =>
          ask(
            source,
            ports[source],
            worded,
            { place, limit: share, names: Object.keys(spec.named_by ?? {}) },
            context,
          ),
        ),
      );
      const outcome = outcomeOf(
        { spec, asked: asked as JsonObject, places, question, now: context.now },
        parts,
      );
      const left_out = only === undefined ? sources.filter((source) => !(source in places)) : [];
      return {
        ...outcome,
        sources: [...outcome.sources, ...left_out.map((source) => notAsked(source, context.now))],
      };
    },
  };
}

/** How a source answers, by its name. */
type Ports = Readonly<Record<string, AnyReadPort>>;

function credentialsIn(ports: readonly AnyReadPort[]): Credential[] {
  return [...new Set(ports.flatMap(({ credentials }) => credentials))];
}

/** The argument for words, in which an id may stand alone. */
const WORDS = "query";

/** Those that the caller names, or the one whose ids the arguments hold, or all. */
function askedOf(asked: JsonObject, sources: readonly string[], only: unknown): readonly string[] {
  const chosen = (only as string[] | undefined) ?? sources;
  const { [WORDS]: words } = asked;
  const ids = idsIn(asked).flatMap(([, values]) => values);
  if (typeof words === "string") ids.push(words);
  const theirs = new Set(ids.map((id) => sourceOf(id, sources)).filter((source) => source !== undefined));
  return theirs.size === 0 ? chosen : chosen.filter((source) => theirs.has(source));
}

function notAsked(source: string, now: number): SourceReport {
  return { source, status: "not_asked", count: 0, queried_at: new Date(now).toISOString() };
}

/**
 * The question in one or more wordings: an id of another capability's thing becomes that thing's names.
 * @throws Failure `scope_missing` if the caller may not read that thing, and whatever keeps it from being read
 */
async function wordings(
  spec: ReadSpec,
  asked: JsonObject,
  portsOf: (named: ReadSpec) => Ports,
  context: ReadContext,
): Promise<readonly JsonObject[] | Extract<ReadOutcome<unknown>, { outcome: "not_found" }>> {
  for (const [argument, { read, id, names }] of Object.entries(spec.named_by ?? {})) {
    const value = asked[argument];
    const ports = portsOf(read);
    const source = typeof value === "string" ? sourceOf(value, Object.keys(ports)) : undefined;
    const port = ports[source ?? ""];
    if (source === undefined || port === undefined) continue;
    if (!mayRead(read, context.principal)) throw namesNeedScope(argument, read);
    const found = await ask(
      source,
      port,
      [{ [id]: value ?? null }],
      { place: null, limit: 1, names: [] },
      context,
    );
    if ("failure" in found) throw found.failure;
    if ("gone" in found) {
      const resource = { kind: found.gone.absent.kind, id: String(value) };
      return { outcome: "not_found", resource, sources: [reportOf(found, context.now)] };
    }
    const known = names(found.found.data);
    if (known.length === 0) throw nameless(argument, String(value));
    return known.map((name) => ({ ...asked, [argument]: name }));
  }
  return [asked];
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

function namesNeedScope(argument: string, { scope }: ReadSpec): Failure {
  const message = `To find the names behind the id in ${argument}, the scope ${scope} is needed. Nothing was searched.`;
  return new Failure("scope_missing", message, {
    required_scopes: scope === "any" ? [] : [scope],
    next_step: `Give a name or an address in ${argument}: that needs no further scope.`,
  });
}

function choosing(input: z.ZodObject, sources: readonly string[]): z.ZodObject {
  const source = z.array(z.enum(sources)).min(1).optional().describe("Ask only these");
  return z.strictObject({ ...input.shape, source });
}

/** @throws Failure `invalid_input` for a cursor that isn't one of ours, or names a source that isn't asked */
function placesIn(cursor: unknown, question: string, sources: readonly string[]): Places {
  if (typeof cursor !== "string") return Object.fromEntries(sources.map((source) => [source, null]));
  const known = Places.refine((places) => {
    const named = Object.keys(places);
    return named.length > 0 && named.every((source) => sources.includes(source));
  });
  return decodeCursor(cursor, question, known);
}

/** Which part of a source's answer is wanted. */
interface Wanted {
  readonly place: unknown;
  readonly limit: number;
  /** The arguments in which a name may stand, and in place of it an id. */
  readonly names: readonly string[];
}

async function ask(
  source: string,
  port: AnyReadPort | undefined,
  wordings: readonly JsonObject[],
  { place, limit, names }: Wanted,
  context: ReadContext,
): Promise<Part> {
  try {
    if (port === undefined) throw new TypeError(`nothing answers for ${source}`);
    const { env, ...rest } = context;
    const [{ vendor }] = port.credentials;
    const page = { from: positionIn(place, port), limit };
    const at = { ...rest, settings: settingsOf(env, vendor) };
    let gone: Absent | null = null;
    for (const asked of wordings) {
      requireFilters(port, asked);
      const answer = await port.read(bare(source, asked, names), page, at);
      if (!("absent" in answer)) return { source, found: named(source, answer) };
      gone ??= answer;
    }
    if (gone === null) throw new TypeError("there is no question");
    return { source, gone };
  } catch (thrown) {
    // What we did wrong ourselves must not look like what a source did.
    if (!(thrown instanceof Failure) || thrown.kind === "internal") throw thrown;
    return { source, failure: thrown };
  }
}

/** Arguments with the source's own ids bare, also where one stands for words. */
function bare(source: string, asked: JsonObject, names: readonly string[]): JsonObject {
  const worded = [WORDS, ...names].flatMap((argument) => {
    const { [argument]: text } = asked;
    const own = typeof text === "string" && sourceOf(text, [source]) !== undefined;
    return own ? [[argument, text.slice(source.length + 1)] as const] : [];
  });
  return { ...withoutSource(source, asked), ...Object.fromEntries(worded) };
}

/** What a source found, under the ids that everybody else knows. */
function named(source: string, found: Found<unknown, unknown>): Found<unknown, unknown> {
  const { data, matched } = found;
  return {
    ...found,
    data: withSource(source, data),
    ...(matched ? { matched: matched.map(({ id, by }) => ({ id: canonicalId(source, id), by })) } : {}),
  };
}

/** @throws Failure `invalid_input`: callers may have made up a cursor */
function positionIn(place: unknown, { position = z.never() }: AnyReadPort): unknown {
  if (place === null) return null;
  const parsed = position.safeParse(place);
  if (parsed.success) return parsed.data;
  throw new Failure("invalid_input", "The cursor is not one that Sallyport gave out.", {
    next_step: "Leave cursor out to begin at the first page.",
    issues: [
      { path: "cursor", message: "It is not a cursor that Sallyport gave out.", hint: "Leave it out." },
    ],
  });
}

/** @throws Failure `unsupported_filter` for an argument that the vendor can't express */
function requireFilters({ filters, credentials: [{ vendor }] }: AnyReadPort, asked: JsonObject): void {
  if (filters === undefined) return;
  const refused = Object.keys(asked).filter((name) => asked[name] !== undefined && !filters.includes(name));
  if (refused.length === 0) return;
  const hint = `Leave out ${refused.join(" and ")}, or ask another source.`;
  throw new Failure("unsupported_filter", `${vendor.title} can't be searched by ${refused.join(" or ")}.`, {
    next_step: hint,
    issues: refused.map((path) => ({ path, message: `${vendor.title} can't be searched by it.`, hint })),
  });
}

/** What was asked, of whom and when. */
interface Question {
  readonly spec: ReadSpec;
  readonly asked: JsonObject;
  readonly places: Places;
  /** In full: a cursor is good for no other. */
  readonly question: string;
  readonly now: number;
}

function outcomeOf(
  { spec, asked, places, question, now }: Question,
  parts: readonly Part[],
): ReadOutcome<unknown> {
  const found = parts.flatMap((part) => ("found" in part ? [part.found] : []));
  const [failed] = parts.flatMap((part) => ("failure" in part ? [part.failure] : []));
  if (found.length === 0 && failed !== undefined) throw failed;
  const sources = parts.map((part) => reportOf(part, now));
  const searched = Object.assign({}, ...parts.map(searchedBy)) as JsonObject;
  const put = Object.keys(searched).length === 0 ? {} : { searched };
  const [gone] = parts.flatMap((part) => ("gone" in part ? [resourceIn(part, spec, asked)] : []));
  if (found.length === 0 && gone !== undefined) {
    return { outcome: "not_found", resource: gone, sources, ...put };
  }
  const [first, ...more] = found.map(({ data }) => data);
  const next = parts.flatMap((part) => nextOf(part, places));
  return {
    outcome: "found",
    data: more.length === 0 || spec.join === undefined ? first : spec.join([first, ...more] as never[]),
    sources,
    next_cursor: next.length === 0 ? null : encodeCursor(Object.fromEntries(next) as JsonObject, question),
    ...put,
  };
}

/** Where a source goes on. One that failed keeps its place, so that it can be asked again. */
function nextOf(part: Part, places: Places): [string, unknown][] {
  if ("failure" in part) return [[part.source, places[part.source] ?? null]];
  if ("gone" in part) return [];
  const { next = null } = part.found;
  return next === null ? [] : [[part.source, next]];
}

function searchedBy(part: Part): JsonObject {
  if ("failure" in part) return {};
  return ("found" in part ? part.found : part.gone).searched ?? {};
}

function reportOf(part: Part, now: number): SourceReport {
  const { source } = part;
  const queried_at = new Date(now).toISOString();
  if ("gone" in part) return { source, status: "not_found", count: 0, queried_at };
  if ("failure" in part) {
    const off = part.failure.code === "tool_disabled";
    return { source, status: off ? "off" : "error", count: 0, queried_at, error: part.failure };
  }
  const { data, total, as_of, matched, unreadable, error = null } = part.found;
  return {
    source,
    status: error === null ? "ok" : "error",
    count: countIn(data),
    queried_at,
    ...(as_of === undefined ? {} : { as_of }),
    ...(total === undefined ? {} : { total }),
    ...(matched === undefined ? {} : { matched }),
    ...(unreadable === undefined ? {} : { unreadable }),
    ...(error === null ? {} : { error }),
  };
}

/** How many things a part holds: those in its list, or the one that it is. */
function countIn(data: unknown): number {
  const list = Object.values(data as object).find(Array.isArray);
  return list === undefined || Object.keys(data as object).length > 1 ? 1 : list.length;
}

/** The thing that isn't there, as the caller asked for it. */
function resourceIn(
  { source, gone }: Extract<Part, { gone: Absent }>,
  { named_by = {} }: ReadSpec,
  asked: JsonObject,
): Absent["absent"] {
  const { kind, id } = gone.absent;
  const canonical = canonicalId(source, id);
  if (idsIn(asked).some(([, ids]) => ids.includes(canonical))) return { kind, id: canonical };
  const [name] = Object.keys(named_by).map((argument) => asked[argument]);
  return { kind, id: typeof name === "string" ? name : id };
}
