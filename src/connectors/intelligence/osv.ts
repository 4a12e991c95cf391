import * as z from "zod";
import { contractChanged } from "../../downstream/failures.ts";
import type { Upstream } from "../../downstream/upstream.ts";
import { OsvUnknown, osv } from "./sources.ts";

const OPERATION = "OSV_GetVulnById";
const time = z.iso.datetime({ offset: true });

/** What we rely on of `osvVulnerability`. Severity comes as CVSS vectors, not as scores or levels. */
const OsvRecord = z.object({
  id: z.string(),
  modified: time,
  published: time.nullish(),
  withdrawn: time.nullish(),
  aliases: z.array(z.string()).nullish(),
  summary: z.string().nullish(),
  details: z.string().nullish(),
  severity: z.array(z.object({ type: z.string(), score: z.string() })).nullish(),
  affected: z
    .array(
      z.object({
        package: z.object({ ecosystem: z.string(), name: z.string() }).nullish(),
        ranges: z
          .array(z.object({ events: z.array(z.object({ fixed: z.string().nullish() })).nullish() }))
          .nullish(),
      }),
    )
    .nullish(),
});
export type OsvRecord = z.output<typeof OsvRecord>;

/** Either of two shapes, and what is wrong with neither is said of the record: a union wouldn't name the path. */
const OsvAnswer = z.unknown().transform((payload, context): OsvRecord | z.output<typeof OsvUnknown> => {
  const unknown = OsvUnknown.safeParse(payload);
  if (unknown.success) return unknown.data;
  const record = OsvRecord.safeParse(payload);
  if (record.success) return record.data;
  for (const { path, message } of record.error.issues) {
    context.issues.push({ code: "custom", path: [...path], message, input: payload });
  }
  return z.NEVER;
});

/** The advisory that OSV names where it doesn't know the CVE itself. */
const GHSA = /\bGHSA(?:-[0-9a-z]{4}){3}\b/;

/**
 * What OSV knows of a CVE, or `null`. OSV keeps a vulnerability under one id, which may be an advisory's; it
 * then names that in its "not found", and is asked for it.
 */
export async function readOsv(upstream: Upstream, cve_id: string): Promise<OsvRecord | null> {
  const first = await ask(upstream, cve_id);
  if ("id" in first) return about(first, cve_id);
  const [advisory] = GHSA.exec(first.message) ?? [];
  if (advisory === undefined) return null;
  const second = await ask(upstream, advisory);
  return "id" in second ? about(second, cve_id) : null;
}

function ask(upstream: Upstream, id: string) {
  const path = `/v1/vulns/${encodeURIComponent(id)}`;
  return upstream.read({ operation: OPERATION, method: "GET", path }, OsvAnswer);
}

/** @throws Failure `upstream_contract_changed` for the record of another vulnerability */
function about(record: OsvRecord, cve_id: string): OsvRecord {
  if (record.id === cve_id) return record;
  if (!record.aliases?.includes(cve_id)) throw contractChanged(osv, OPERATION, "aliases");
  return record;
}
