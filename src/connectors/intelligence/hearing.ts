/** What a public source says of a CVE: asked, or remembered, with its report. */

import type { Env } from "../../bindings.ts";
import { Failure } from "../../toolkit/failure.ts";
import type { SourceReport } from "../../toolkit/read.ts";
import type { Patience, Upstream } from "../../toolkit/upstream/upstream.ts";
import { type KevEntry, type KnownExploited, knownExploited, rememberedCatalogue } from "./kev.ts";
import { Memory } from "./memory.ts";

/** What a source said, with its report: `null` is "nothing known", `undefined` "could not be asked". */
export interface Heard<Said> {
  readonly said: Said | null | undefined;
  readonly report: SourceReport;
}

/** The call that asks. */
export interface Question {
  readonly env: Env;
  readonly cve_id: string;
  /** Milliseconds since the epoch, and the same as ISO 8601. */
  readonly now: number;
  readonly queried_at: string;
}

/** For a source that needn't be asked: an older answer is at hand. */
const LITTLE_PATIENCE: Patience = { attempts: 1, attempt_ms: 8_000, deadline_ms: 8_000 };

/**
 * A source's answer. A fresh one that is remembered stands for asking; an older one serves if the source can't be
 * asked. That a source knows nothing isn't remembered: it may learn of it any minute.
 * @param read gets little patience where an older answer is at hand
 */
export async function remembering<Said extends object>(
  { env, cve_id, now, queried_at }: Question,
  { source }: Upstream,
  read: (patience?: Patience) => Promise<Said | null>,
): Promise<Heard<Said>> {
  const memory = new Memory(env, source);
  const known = await memory.recall<Said>(cve_id);
  const remembered = () => known && heard(source, known.said, queried_at, known.asked_at);
  if (known !== null && memory.isFresh(known, now)) return remembered() as Heard<Said>;
  try {
    const said = await read(known === null ? undefined : LITTLE_PATIENCE);
    if (said !== null) await memory.keep(cve_id, said, now);
    return heard(source, said, queried_at);
  } catch (thrown) {
    return (couldNotBeAsked(thrown) ? remembered() : null) ?? unheard(source, queried_at, thrown);
  }
}

/** What CISA's catalogue says. That a CVE isn't in one that may lack some is not known. */
export async function inCatalogue(
  { env, cve_id, now, queried_at }: Question,
  upstream: Upstream,
): Promise<Heard<KevEntry>> {
  const { source } = upstream;
  const said = ({ entries, doubt, asked_at }: KnownExploited): Heard<KevEntry> => {
    const entry = entries.get(cve_id) ?? null;
    if (entry === null && doubt !== null) return unheard(source, queried_at, doubt);
    return heard(source, entry, queried_at, asked_at === now ? undefined : asked_at);
  };
  try {
    return said(await knownExploited(upstream, env, now));
  } catch (thrown) {
    const catalogue = couldNotBeAsked(thrown) ? await rememberedCatalogue(env, now) : null;
    return catalogue === null ? unheard(source, queried_at, thrown) : said(catalogue);
  }
}

/** Away, or turning us away. An answer in another shape is one that somebody has to look into. */
function couldNotBeAsked(thrown: unknown): boolean {
  return thrown instanceof Failure && (thrown.kind === "transient" || thrown.kind === "configuration");
}

/** @param asked_at when the source said it, if not just now */
function heard<Said extends object>(
  source: string,
  said: Said | null,
  queried_at: string,
  asked_at?: number,
): Heard<Said> {
  const unreadable = said !== null && "unreadable" in said ? Number(said.unreadable) : 0;
  const as_of = asked_at === undefined ? {} : { as_of: new Date(asked_at).toISOString() };
  return {
    said,
    report: { source, status: "ok", count: said === null ? 0 : 1, queried_at, ...as_of, unreadable },
  };
}

/** @throws whatever isn't the source's failure: our own faults are nobody's incomplete coverage */
function unheard<Said>(source: string, queried_at: string, thrown: unknown): Heard<Said> {
  if (!(thrown instanceof Failure)) throw thrown;
  return { said: undefined, report: { source, status: "error", count: 0, queried_at, error: thrown } };
}
