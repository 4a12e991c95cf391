/**
 * Reads CISA's catalogue of known exploited vulnerabilities, asks each time whether it changed, and doubts
 * one that shrank.
 */
import * as z from "zod";
import type { Env } from "../../bindings.ts";
import type { Failure } from "../../toolkit/failure.ts";
import { records } from "../../toolkit/lists/records.ts";
import { contractChanged } from "../../toolkit/upstream/failures.ts";
import type { Upstream } from "../../toolkit/upstream/upstream.ts";
import { CveRecordId } from "./cve.ts";
import { Memory } from "./memory.ts";
import { kevSettings } from "./settings.ts";
import { kev } from "./sources.ts";

const OPERATION = "getKevCatalog";
/** Under this id the catalogue is remembered. */
const CATALOGUE = "catalogue";

/** Ten times what the catalogue holds, so that no file can fill the isolate's memory. */
const MOST_ENTRIES = 15_000;

/** "Not modified" is noted in the store no more often than this. */
const CONFIRM_AFTER_MS = 60 * 60_000;

/** CISA takes an entry out now and then. A catalogue that lost more than a tenth was cut short. */
const LEAST_LEFT = 0.9;

/** What we rely on of a vulnerability in the catalogue: its id. One that is no CVE's would be found by nobody. */
const KevEntry = z.object({
  cveID: z.string().trim().toUpperCase().pipe(CveRecordId),
  vulnerabilityName: z.string().nullish(),
  dateAdded: z.iso.date().nullish(),
  dueDate: z.iso.date().nullish(),
  requiredAction: z.string().nullish(),
  knownRansomwareCampaignUse: z.string().nullish(),
});
export type KevEntry = z.output<typeof KevEntry>;

/** An empty catalogue, or one that was cut short, must not pass for "not exploited". */
const Catalogue = z.object({ count: z.int().min(0).nullish(), vulnerabilities: records(KevEntry) }).refine(
  ({ count, vulnerabilities: { records, unreadable } }) => {
    const listed = records.length + unreadable;
    return listed > 0 && listed <= MOST_ENTRIES && (count ?? listed) === listed;
  },
  { path: ["vulnerabilities"] },
);

/** CISA's catalogue. */
export interface KnownExploited {
  readonly entries: ReadonlyMap<string, KevEntry>;
  /** Why what isn't among the entries may be exploited all the same; `null` where they are all that there are. */
  readonly doubt: Failure | null;
  /** When CISA last said that it is this, in milliseconds since the epoch. */
  readonly asked_at: number;
}

interface Kept {
  readonly etag: string;
  readonly entries: readonly KevEntry[];
}

/**
 * The catalogue as it was last read, with its entity tag: the file is large and changes every few days. One that is in
 * doubt isn't kept: under its tag, CISA would say for days that nothing has changed.
 */
let held: (KnownExploited & { readonly etag: string }) | null = null;

/**
 * CISA's known exploited vulnerabilities, by CVE id, as they are now: CISA is asked each time, and answers with
 * the file only if it has changed.
 * @param upstream through `kev.read`
 * @param now milliseconds since the epoch
 */
export async function knownExploited(upstream: Upstream, env: Env, now: number): Promise<KnownExploited> {
  const memory = new Memory(env, kev.name);
  const known = await recalled(memory);
  const { body, headers } = await upstream.readWithHeaders(
    {
      operation: OPERATION,
      method: "GET",
      path: kevSettings.parse(env).CISA_KEV_PATH,
      ...(known === null ? {} : { headers: { "if-none-match": known.etag } }),
    },
    Catalogue.optional(),
  );
  if (body === undefined) {
    if (known === null) throw contractChanged(kev, OPERATION, "");
    held = { ...known, asked_at: now };
    if (now - known.asked_at > CONFIRM_AFTER_MS) await memory.confirm(CATALOGUE, now);
    return held;
  }
  const { records: list, unreadable } = body.vulnerabilities;
  const cut_short = known !== null && list.length + unreadable < known.entries.size * LEAST_LEFT;
  const doubt = unreadable > 0 || cut_short ? contractChanged(kev, OPERATION, "vulnerabilities") : null;
  const catalogue = { entries: byId(list), doubt, asked_at: now };
  const etag = headers.get("etag");
  if (doubt === null && etag !== null && memory.isOn) {
    held = { ...catalogue, etag };
    await memory.keep(CATALOGUE, { etag, entries: list } satisfies Kept, now);
  }
  return catalogue;
}

/** The catalogue as CISA last sent it, for when CISA can't be asked: a fresh one only, for it has to prove an absence. */
export async function rememberedCatalogue(env: Env, now: number): Promise<KnownExploited | null> {
  const memory = new Memory(env, kev.name);
  const known = await recalled(memory);
  return known !== null && memory.isFresh(known, now) ? known : null;
}

async function recalled(memory: Memory): Promise<typeof held> {
  if (!memory.isOn) return null;
  if (held !== null) return held;
  const remembered = await memory.recall<Kept>(CATALOGUE);
  if (remembered === null) return null;
  const { said, asked_at } = remembered;
  held = { entries: byId(said.entries), doubt: null, asked_at, etag: said.etag };
  return held;
}

function byId(entries: readonly KevEntry[]): ReadonlyMap<string, KevEntry> {
  return new Map(entries.map((entry) => [entry.cveID, entry]));
}
