import * as z from "zod";
import { contractChanged } from "../../downstream/failures.ts";
import type { Upstream } from "../../downstream/upstream.ts";
import { kev } from "./sources.ts";

const OPERATION = "getKevCatalog";
const PATH = "/sites/default/files/feeds/known_exploited_vulnerabilities.json";

/** Ten times what the catalogue holds, so that no file can fill the isolate's memory. */
const MOST_ENTRIES = 15_000;

/** What we rely on of a vulnerability in the catalogue. */
const KevEntry = z.object({
  cveID: z.string(),
  vulnerabilityName: z.string(),
  dateAdded: z.iso.date(),
  dueDate: z.iso.date(),
  requiredAction: z.string(),
  knownRansomwareCampaignUse: z.string().nullish(),
});
export type KevEntry = z.output<typeof KevEntry>;

const Catalogue = z
  .object({ count: z.int().min(0), vulnerabilities: z.array(KevEntry).max(MOST_ENTRIES) })
  // A file that was cut short must not pass for "not exploited".
  .refine(({ count, vulnerabilities }) => vulnerabilities.length === count, { path: ["vulnerabilities"] });

/** The catalogue as it was last read, with its entity tag: the file is large and changes every few days. */
let held: { readonly etag: string; readonly entries: ReadonlyMap<string, KevEntry> } | null = null;

/**
 * CISA's known exploited vulnerabilities, by CVE id, as they are now: CISA is asked each time, and answers with
 * the file only if it has changed.
 * @param upstream through `kev.read`
 */
export async function knownExploited(upstream: Upstream): Promise<ReadonlyMap<string, KevEntry>> {
  const known = held;
  const { body, headers } = await upstream.readWithHeaders(
    {
      operation: OPERATION,
      method: "GET",
      path: PATH,
      ...(known === null ? {} : { headers: { "if-none-match": known.etag } }),
    },
    Catalogue.optional(),
  );
  if (body === undefined) {
    if (known === null) throw contractChanged(kev, OPERATION, "");
    return known.entries;
  }
  const entries = new Map(body.vulnerabilities.map((entry) => [entry.cveID, entry]));
  const etag = headers.get("etag");
  held = etag === null ? null : { etag, entries };
  return entries;
}
