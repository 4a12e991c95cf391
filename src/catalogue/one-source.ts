/** One source of a read: asked in its own words, and told in everybody's. */
import * as z from "zod";
import { canonicalId, sourceOf, withoutSource, withSource } from "../capabilities/ids.ts";
import { unready } from "../downstream/readiness.ts";
import type { AnyReadPort } from "../toolkit/connector.ts";
import { Failure } from "../toolkit/failure.ts";
import type { JsonObject } from "../toolkit/json.ts";
import type { Absent, Found, ReadContext } from "../toolkit/read.ts";
import { settingsOf } from "../toolkit/upstream/settings-of.ts";

/** How a source answers, by its name. */
export type Ports = Readonly<Record<string, AnyReadPort>>;

/** What one source came to. */
export type SourcePart =
  | { readonly source: string; readonly found: Found<unknown, unknown> }
  | { readonly source: string; readonly gone: Absent }
  | { readonly source: string; readonly failure: Failure };

/** Which part of a source's answer is wanted. */
interface Wanted {
  /** As it stands in a cursor; `null` is the beginning. */
  readonly place: unknown;
  readonly limit: number;
  /** The arguments in which a name may stand, and in place of it an id. */
  readonly names: readonly string[];
}

/** The argument for words, in which an id may stand alone. */
export const WORDS = "query";

/** What a place of the source is. One without a schema has no pages. */
export function positionOf({ position = z.never() }: AnyReadPort): z.ZodType {
  return position;
}

/** Asks one source, in one wording after the other until it knows the thing. */
export async function ask(
  source: string,
  port: AnyReadPort | undefined,
  wordings: readonly JsonObject[],
  { place, limit, names }: Wanted,
  context: ReadContext,
): Promise<SourcePart> {
  try {
    if (port === undefined) throw new TypeError(`nothing answers for ${source}`);
    const { env, ...rest } = context;
    const [credential] = port.credentials;
    // Before its settings are parsed: a vendor that this deployment doesn't use has none.
    const refusal = unready(env, credential);
    if (refusal !== null) throw refusal;
    const page = { from: place === null ? null : positionOf(port).parse(place), limit };
    const at = { ...rest, settings: settingsOf(env, credential.vendor) };
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
