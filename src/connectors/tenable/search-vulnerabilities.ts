import * as z from "zod";
import { cursor, decodeCursor, encodeCursor, limit } from "../../path/paging.ts";
import { defineRead } from "../../path/tool.ts";
import { SEVERITIES } from "../severity.ts";
import { since } from "../since.ts";
import { exported, finished } from "./export.ts";
import { CveId, DeviceName, exportFilters, isOn } from "./finding-filter.ts";
import { partsMissing, readPage } from "./finding-page.ts";
import { Vulnerability, vulnerabilityOf } from "./normalise.ts";

/** Of the 20 s that a read has, how much may pass before the last chunk of a page is begun. */
const WAIT_MS = 12_000;

const WholeNumber = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number);

/** Where a page begins: the export, the number of a chunk, and how many of its findings were passed. */
const Position = z
  .string()
  .transform((text) => text.split("/"))
  .pipe(z.tuple([z.uuid(), WholeNumber, WholeNumber]));

export const searchVulnerabilities = defineRead({
  name: "search_vulnerabilities",
  title: "Search vulnerabilities",
  description:
    "Open vulnerabilities that scans found. If they aren't ready in time, repeat the same call. Next: lookup_cve, launch_scan.",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  scope: "vulnerabilities:read",
  credentials: ["tenable.read"],
  input: z.strictObject({
    severity: z.array(z.enum(SEVERITIES)).min(1).optional().describe("Any of these"),
    device: DeviceName.optional().describe("Hostname or IP address"),
    cve_id: CveId.optional().describe("Such as CVE-2021-44228"),
    since,
    limit,
    cursor,
  }),
  output: z.strictObject({ vulnerabilities: z.array(Vulnerability) }),
  async run({ cursor: from, limit: most, ...asked }, { now, upstream: through, progress }) {
    const upstream = through("tenable.read");
    const until = now + WAIT_MS;
    const filters = exportFilters(asked);
    const question = `search_vulnerabilities ${JSON.stringify([filters, asked.device?.toLowerCase() ?? null])}`;
    const position = from === undefined ? null : decodeCursor(from, question, Position);
    const waits = (asked: number) =>
      progress({ progress: asked, message: "Tenable is preparing the findings." });
    const source =
      position === null
        ? await exported(upstream, filters, until, waits)
        : await finished(upstream, position[0], until, waits);
    const page = await readPage(upstream, source, {
      from: position === null ? null : { chunk: position[1], offset: position[2] },
      most,
      keep: (finding) => isOn(finding, asked.device),
      until,
    });
    const vulnerabilities = page.findings.map(vulnerabilityOf);
    const error = partsMissing(source);
    const report = {
      source: upstream.source,
      count: vulnerabilities.length,
      queried_at: new Date(now).toISOString(),
    };
    const { next } = page;
    return {
      outcome: "found",
      data: { vulnerabilities },
      sources: [error === null ? { ...report, status: "ok" } : { ...report, status: "error", error }],
      next_cursor:
        next === null ? null : encodeCursor(`${source.uuid}/${next.chunk}/${next.offset}`, question),
    };
  },
});
