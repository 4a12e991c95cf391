/** A read that several sources may serve: all are asked side by side, and the answer says how each went. */
import * as z from "zod";
import { canonicalId, idsIn, sourceOf } from "../capabilities/ids.ts";
import type { AnyReadPort } from "../toolkit/connector.ts";
import { Failure } from "../toolkit/failure.ts";
import type { JsonObject } from "../toolkit/json.ts";
import { decodeCursor, encodeCursor } from "../toolkit/lists/paging.ts";
import type { Absent, ReadOutcome, ReadSpec, ReadTool, SourceReport } from "../toolkit/read.ts";
import type { Credential } from "../toolkit/upstream/credential.ts";
import { wordings } from "./named-by.ts";
import { ask, type Ports, positionOf, type SourcePart, WORDS } from "./one-source.ts";

/** What a page holds where the tool takes no limit. */
const USUAL_LIMIT = 25;

/** Where each source that isn't done goes on: `null` is its beginning. */
const Places = z.record(z.string(), z.json());
type Places = z.output<typeof Places>;

/** The tool that a spec becomes with those who serve it, by the names of the sources. */
export function sideBySide(
  spec: ReadSpec,
  ports: Ports,
  portsOf: (named: ReadSpec) => Ports = () => ({}),
): ReadTool {
  const sources = Object.keys(ports);
  const names = Object.keys(spec.named_by ?? {});
  const keepers = Object.values(spec.named_by ?? {}).flatMap(({ read }) => Object.values(portsOf(read)));
  return {
    ...spec,
    input: sources.length > 1 ? choosing(spec.input, sources) : spec.input,
    credentials: credentialsIn(Object.values(ports)),
    also: credentialsIn(keepers),
    async run({ cursor, limit = USUAL_LIMIT, source: only, ...asked }, context) {
      const question = `${spec.name} ${JSON.stringify([asked, only])}`;
      const places = placesIn(cursor, question, ports, askedOf(asked as JsonObject, sources, only));
      const share = Math.max(1, Math.floor(Number(limit) / Object.keys(places).length));
      const worded = await wordings(spec, asked as JsonObject, portsOf, context);
      if ("unnamed" in worded) {
        const { source, unnamed: resource } = worded;
        const told = [notFound(source, context.now), ...sources.map((name) => notAsked(name, context.now))];
        return { outcome: "not_found", resource, sources: told };
      }
      const parts = await Promise.all(
        Object.entries(places).map(([source, place]) =>
          ask(source, ports[source], worded.put, { place, limit: share, names }, context),
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

function credentialsIn(ports: readonly AnyReadPort[]): Credential[] {
  return [...new Set(ports.flatMap(({ credentials }) => credentials))];
}

/**
 * Those that the caller names, or the one whose ids the arguments hold, or all.
 * @throws Failure `invalid_input` if an id is none of the named ones'
 */
function askedOf(asked: JsonObject, sources: readonly string[], only: unknown): readonly string[] {
  const chosen = (only as string[] | undefined) ?? sources;
  const { [WORDS]: words } = asked;
  const ids = idsIn(asked).flatMap(([, values]) => values);
  if (typeof words === "string") ids.push(words);
  const theirs = new Set(ids.map((id) => sourceOf(id, sources)).filter((source) => source !== undefined));
  if (theirs.size === 0) return chosen;
  const left = chosen.filter((source) => theirs.has(source));
  if (left.length === 0) throw otherSource([...theirs]);
  return left;
}

function otherSource(theirs: readonly string[]): Failure {
  const hint = `Leave it out, or name ${theirs.join(" and ")}.`;
  const message = "source names none that has the ids in this call. Nothing was searched.";
  return new Failure("invalid_input", message, {
    next_step: "Correct each argument listed in issues, then call again.",
    issues: [{ path: "source", message: "The ids of this call are another source's.", hint }],
  });
}

function notAsked(source: string, now: number): SourceReport {
  return { source, status: "not_asked", count: 0, queried_at: new Date(now).toISOString() };
}

function notFound(source: string, now: number): SourceReport {
  return { source, status: "not_found", count: 0, queried_at: new Date(now).toISOString() };
}

function choosing(input: z.ZodObject, sources: readonly string[]): z.ZodObject {
  const source = z.array(z.enum(sources)).min(1).optional().describe("Ask only these");
  return z.strictObject({ ...input.shape, source });
}

/** @throws Failure `invalid_input` for a cursor that a caller made up: places that no source has, or of one not asked */
function placesIn(cursor: unknown, question: string, ports: Ports, sources: readonly string[]): Places {
  if (typeof cursor !== "string") return Object.fromEntries(sources.map((source) => [source, null]));
  const known = Places.refine((places) => {
    const named = Object.entries(places);
    return (
      named.length > 0 &&
      named.every(([source, place]) => sources.includes(source) && fits(place, ports[source]))
    );
  });
  return decodeCursor(cursor, question, known);
}

function fits(place: unknown, port: AnyReadPort | undefined): boolean {
  return place === null || (port !== undefined && positionOf(port).safeParse(place).success);
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
  parts: readonly SourcePart[],
): ReadOutcome<unknown> {
  const found = parts.flatMap((part) => ("found" in part ? [part.found] : []));
  const failures = parts.flatMap((part) => ("failure" in part ? [part.failure] : []));
  const failed = failures.find((failure) => !isOff(failure));
  if (found.length === 0 && failed !== undefined) throw failed;
  const sources = parts.map((part) => reportOf(part, now));
  const searched = Object.assign({}, ...parts.map(searchedBy)) as JsonObject;
  const put = Object.keys(searched).length === 0 ? {} : { searched };
  const [gone] = parts.flatMap((part) => ("gone" in part ? [resourceIn(part, spec, asked)] : []));
  if (found.length === 0 && gone !== undefined) {
    return { outcome: "not_found", resource: gone, sources, ...put };
  }
  const [off] = failures;
  if (found.length === 0 && off !== undefined) throw off;
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

/** Where a source goes on. One that failed keeps its place, unless the same question can only fail again. */
function nextOf(part: SourcePart, places: Places): [string, unknown][] {
  if ("failure" in part) {
    const in_vain = isOff(part.failure) || part.failure.kind === "invalid_request";
    return in_vain ? [] : [[part.source, places[part.source] ?? null]];
  }
  if ("gone" in part) return [];
  const { next = null } = part.found;
  return next === null ? [] : [[part.source, next]];
}

function isOff({ code }: Failure): boolean {
  return code === "tool_disabled";
}

function searchedBy(part: SourcePart): JsonObject {
  if ("failure" in part) return {};
  return ("found" in part ? part.found : part.gone).searched ?? {};
}

function reportOf(part: SourcePart, now: number): SourceReport {
  const { source } = part;
  const queried_at = new Date(now).toISOString();
  if ("gone" in part) return notFound(source, now);
  if ("failure" in part) {
    const status = isOff(part.failure) ? "off" : "error";
    return { source, status, count: 0, queried_at, error: part.failure };
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
  { source, gone }: Extract<SourcePart, { gone: Absent }>,
  { named_by = {} }: ReadSpec,
  asked: JsonObject,
): Absent["absent"] {
  const { kind, id } = gone.absent;
  const canonical = canonicalId(source, id);
  if (idsIn(asked).some(([, ids]) => ids.includes(canonical))) return { kind, id: canonical };
  const [name] = Object.keys(named_by).map((argument) => asked[argument]);
  return { kind, id: typeof name === "string" ? name : id };
}
