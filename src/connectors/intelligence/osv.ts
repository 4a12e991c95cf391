/** Asks OSV about a CVE, and puts the advisories for the same vulnerability together. */
import * as z from "zod";
import { type Records, records } from "../../toolkit/lists/records.ts";
import { contractChanged } from "../../toolkit/upstream/failures.ts";
import type { Patience, Upstream } from "../../toolkit/upstream/upstream.ts";
import { OsvUnknown, osv } from "./sources.ts";

const OPERATION = "OSV_GetVulnById";
const time = z.iso.datetime({ offset: true }).nullish();

const NONE: Records<never> = { records: [], unreadable: 0 };
const list = <Schema extends z.ZodType>(schema: Schema) =>
  records(schema)
    .optional()
    .transform((read): Records<z.output<Schema>> => read ?? NONE);

/** What we rely on of `osvVulnerability`: its id. Severity comes as CVSS vectors, not as scores or levels. */
const Advisory = z.object({
  id: z.string(),
  modified: time,
  published: time,
  withdrawn: time,
  aliases: z.array(z.string()).nullish(),
  upstream: z.array(z.string()).nullish(),
  summary: z.string().nullish(),
  details: z.string().nullish(),
  severity: list(z.object({ type: z.string(), score: z.string() })),
  affected: list(
    z.object({
      package: z.object({ ecosystem: z.string(), name: z.string() }).nullish(),
      ranges: z
        .array(
          z.object({
            type: z.string().nullish(),
            events: z.array(z.object({ fixed: z.string().nullish() })).nullish(),
          }),
        )
        .nullish(),
    }),
  ),
});
type Advisory = z.output<typeof Advisory>;

/** A vulnerability as OSV's advisories together have it. */
export interface OsvRecord {
  /** Ids of the advisories and what they call the same, the vulnerability's own among them. */
  readonly ids: readonly string[];
  readonly summary: string | null;
  readonly details: string | null;
  readonly published: string | null;
  readonly modified: string | null;
  /** Of advisories that weren't withdrawn. */
  readonly vectors: readonly { readonly type: string; readonly score: string }[];
  readonly packages: readonly {
    readonly ecosystem: string;
    readonly name: string;
    readonly fixed: readonly string[];
  }[];
  /** How many advisories, or parts of them, were left out. */
  readonly unreadable: number;
}

/** Either of two shapes, and what is wrong with neither is said of the record: a union wouldn't name the path. */
const OsvAnswer = z.unknown().transform((payload, context): Advisory | z.output<typeof OsvUnknown> => {
  const unknown = OsvUnknown.safeParse(payload);
  if (unknown.success) return unknown.data;
  const record = Advisory.safeParse(payload);
  if (record.success) return record.data;
  for (const { path, message } of record.error.issues) {
    context.issues.push({ code: "custom", path: [...path], message, input: payload });
  }
  return z.NEVER;
});

/** An id in OSV's "not found": of whichever database, they all begin with its name. */
const ID = /^[A-Z][A-Z0-9_]{0,30}-[A-Za-z0-9]/;

/** The ids that a text names, without the marks of the sentence around them. */
function idsIn(text: string): string[] {
  const words = text.split(/[^\w:.-]/).map((word) => word.replace(/[.:-]$/, ""));
  return words.filter((word) => word.length <= 100 && ID.test(word));
}

/** How many advisories of one vulnerability are asked for. */
const MOST_ADVISORIES = 5;

/**
 * What OSV knows of a CVE, or `null`. OSV keeps an advisory under its own id: it then names that in its "not found",
 * and is asked for it. What it has under the CVE's id names no packages, as a rule; those of its aliases do.
 * @param now milliseconds since the epoch
 */
export async function readOsv(
  upstream: Upstream,
  cve_id: string,
  now: number,
  patience: Partial<Patience> = {},
): Promise<OsvRecord | null> {
  const first = await ask(upstream, cve_id, patience);
  const own = "id" in first ? [first] : [];
  const named = "id" in first ? aliasesWorthAsking(first) : idsIn(first.message);
  const others = [...new Set(named)].filter((id) => id !== cve_id);
  const asked = others.slice(0, MOST_ADVISORIES);
  const answers = await Promise.all(asked.map((id) => ask(upstream, id, patience)));
  const all = [...own, ...answers.flatMap((answer) => ("id" in answer ? [answer] : []))];
  const advisories = all.filter((advisory) => isAbout(advisory, cve_id));
  if (all.length === 0) return null;
  // The advisory of another vulnerability is none of this one's. If there is nothing else, OSV means something new.
  if (advisories.length === 0) throw contractChanged(osv, OPERATION, "aliases");
  return together(advisories, now, others.length - asked.length + all.length - advisories.length);
}

function ask(upstream: Upstream, id: string, patience: Partial<Patience>) {
  const path = `/v1/vulns/${encodeURIComponent(id)}`;
  return upstream.read({ operation: OPERATION, method: "GET", path, about: ["cve_id"], patience }, OsvAnswer);
}

function aliasesWorthAsking({ affected, aliases }: Advisory): string[] {
  const names_packages = affected.records.some((one) => one.package);
  return names_packages ? [] : (aliases ?? []).filter((id) => !id.startsWith("CVE-"));
}

function isAbout({ id, aliases, upstream }: Advisory, cve_id: string): boolean {
  return [id, ...(aliases ?? []), ...(upstream ?? [])].includes(cve_id);
}

/** Advisories of the same vulnerability as one. What was withdrawn is kept for its id, and holds for nothing. */
function together(advisories: readonly Advisory[], now: number, left_out: number): OsvRecord {
  const valid = advisories.filter(({ withdrawn }) => !withdrawn || Date.parse(withdrawn) > now);
  const texts = valid.length > 0 ? valid : advisories;
  const first = <Value>(of: (advisory: Advisory) => Value | null | undefined) =>
    texts.map(of).find((value) => value) ?? null;
  return {
    ids: [...new Set(advisories.flatMap(({ id, aliases }) => [id, ...(aliases ?? [])]))],
    summary: first(({ summary }) => summary),
    details: first(({ details }) => details),
    published: first(({ published }) => said(published)),
    modified: first(({ modified }) => said(modified)),
    vectors: valid.flatMap(({ severity }) => severity.records),
    packages: valid.flatMap(({ affected }) => affected.records.flatMap(packageOf)),
    unreadable: advisories.reduce(
      (sum, { severity, affected }) => sum + severity.unreadable + affected.unreadable,
      left_out,
    ),
  };
}

function packageOf({
  package: named,
  ranges,
}: Advisory["affected"]["records"][number]): OsvRecord["packages"] {
  if (!named) return [];
  // A range of Git's names commits, which are no versions.
  const events = (ranges ?? []).flatMap(({ type, events }) => (type === "GIT" ? [] : (events ?? [])));
  return [
    { ecosystem: named.ecosystem, name: named.name, fixed: events.flatMap(({ fixed }) => fixed ?? []) },
  ];
}

/** Go's database writes its language's zero for no time: the first second of the year 1. */
function said(time: string | null | undefined): string | null {
  return time && !time.startsWith("0001-") ? new Date(time).toISOString() : null;
}
