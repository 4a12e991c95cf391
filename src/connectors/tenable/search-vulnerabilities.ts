import * as z from "zod";
import { cursor, decodeCursor, encodeCursor, limit } from "../../toolkit/paging.ts";
import { SEVERITIES } from "../../toolkit/severity.ts";
import { since } from "../../toolkit/since.ts";
import { defineRead } from "../../toolkit/tool.ts";
import { ChunksRead } from "./chunks-read.ts";
import { tenableCredentials } from "./credentials.ts";
import { DeviceName } from "./devices.ts";
import { exportOf, partsMissing, stateOf } from "./export.ts";
import { CveId, exportFilters, isAsked } from "./finding-filter.ts";
import { BEGINNING, type Place, readPage } from "./finding-page.ts";
import { Vulnerability, vulnerabilityOf } from "./normalise.ts";
import { OnDevice } from "./on-device.ts";

/** Of the 45 s that a read has, how much may pass before the last chunk of a page is begun. */
const WAIT_MS = 20_000;

const WholeNumber = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number);

/** Where a page begins, and whether a page before it may have held anything. */
const Position = z
  .string()
  .transform((text) => text.split("/"))
  .pipe(
    z.tuple([
      z.guid(),
      ChunksRead.schema,
      z.union([z.literal(""), WholeNumber]),
      WholeNumber,
      z.enum(["0", "1"]),
    ]),
  )
  .transform(([uuid, read, chunk, offset, any]) => {
    const place: Place = { read, within: chunk === "" ? null : { chunk, offset } };
    return { uuid, place, any: any === "1" };
  });

export const searchVulnerabilities = defineRead({
  name: "search_vulnerabilities",
  title: "Search vulnerabilities",
  description:
    "Open vulnerabilities that scans found. If they aren't ready in time, repeat the same call. Next: lookup_cve, launch_scan.",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  scope: "vulnerabilities:read",
  credentials: [tenableCredentials.read],
  input: z.strictObject({
    severity: z.array(z.enum(SEVERITIES)).min(1).optional().describe("Any of these"),
    device: DeviceName.optional().describe("Hostname, IP, MAC or serial"),
    cve_id: CveId.optional().describe("Such as CVE-2021-44228"),
    since,
    limit,
    cursor,
  }),
  output: z.strictObject({ vulnerabilities: z.array(Vulnerability) }),
  async run({ cursor: from, limit: most, device, ...asked }, { now, upstream: through, progress }) {
    const upstream = through(tenableCredentials.read);
    const until = now + WAIT_MS;
    const queried_at = new Date(now).toISOString();
    const question = `search_vulnerabilities ${JSON.stringify([asked, device?.toLowerCase() ?? null])}`;
    const position = from === undefined ? null : decodeCursor(from, question, Position);
    const on = device === undefined ? null : await OnDevice.called(device, upstream);
    const nowhere = {
      outcome: "not_found",
      resource: { kind: "device", id: device ?? "" },
      sources: [{ source: upstream.source, status: "not_found", count: 0, queried_at }],
    } as const;
    if (on?.isNowhere) return nowhere;
    const begun =
      position === null
        ? await exportOf(upstream, exportFilters(asked, on?.address), now)
        : await stateOf(upstream, position.uuid, true);
    const { findings, unreadable, next, state, lost } = await readPage(upstream, begun, {
      from: position?.place ?? BEGINNING,
      most,
      keep: (finding) => isAsked(finding, asked) && (on?.has(finding) ?? true),
      until,
      by_cursor: position !== null,
      waits: (times) => progress({ progress: times, message: "Tenable is preparing the findings." }),
    });
    const error = partsMissing(state, lost);
    // What couldn't be read may have been what was asked for, on this page or on one before it.
    const any = findings.length > 0 || unreadable > 0 || (position?.any ?? false);
    const nothing = next === null && !any && error === null;
    if (nothing && on?.isAssetOnlyIfFound) return nowhere;
    const report = {
      source: upstream.source,
      count: findings.length,
      queried_at,
      ...asOf(on?.as_of, state.created),
      // The vendor keeps no list of CVEs that it would find.
      ...(on !== null
        ? { matched: on.matched }
        : nothing && asked.cve_id !== undefined
          ? { matched: null }
          : {}),
      unreadable: unreadable + (on?.unreadable ?? 0),
    };
    return {
      outcome: "found",
      data: { vulnerabilities: findings.map(vulnerabilityOf) },
      sources: [error === null ? { ...report, status: "ok" } : { ...report, status: "error", error }],
      next_cursor: next === null ? null : encodeCursor(positionOf(state.uuid, next, any), question),
    };
  },
});

function positionOf(uuid: string, { read, within }: Place, any: boolean): string {
  return [uuid, read, within?.chunk ?? "", within?.offset ?? 0, any ? 1 : 0].join("/");
}

/** What the findings are as of: when the device was last scanned, or when their export was begun, if that was before. */
function asOf(...times: (string | null | undefined)[]): { readonly as_of?: string } {
  const [earliest] = times.filter((time) => typeof time === "string").toSorted();
  return earliest === undefined ? {} : { as_of: earliest };
}
