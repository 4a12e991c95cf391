/** How Tenable answers a search for vulnerabilities: from an export, as far as it is ready. */
import * as z from "zod";
import { searchVulnerabilities } from "../../capabilities/vulnerabilities/search-vulnerabilities.ts";
import { serve } from "../../toolkit/connector.ts";
import { ChunksRead } from "./chunks-read.ts";
import { tenableCredentials } from "./credentials.ts";
import { exportOf, partsMissing, stateOf } from "./export.ts";
import { exportFilters, isAsked } from "./finding-filter.ts";
import { BEGINNING, type FindingPosition, readPage } from "./finding-page.ts";
import { vulnerabilityOf } from "./normalise.ts";
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
    const place: FindingPosition = { read, within: chunk === "" ? null : { chunk, offset } };
    return { uuid, place, any: any === "1" };
  });

export const tenableSearchesVulnerabilities = serve(searchVulnerabilities, {
  credentials: [tenableCredentials.read],
  position: Position,
  async read({ device, ...asked }, { from: position, limit: most }, { now, upstream: through, progress }) {
    const upstream = through(tenableCredentials.read);
    const until = now + WAIT_MS;
    const on = device === undefined ? null : await OnDevice.called(device, upstream);
    const nowhere = { absent: { kind: "device", id: device ?? "" } } as const;
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
    return {
      data: { vulnerabilities: findings.map(vulnerabilityOf) },
      next: next === null ? null : positionOf(state.uuid, next, any),
      unreadable: unreadable + (on?.unreadable ?? 0),
      error,
      ...asOf(on?.as_of, state.created),
      // The vendor keeps no list of CVEs that it would find.
      ...(on !== null
        ? { matched: on.matched }
        : nothing && asked.cve_id !== undefined
          ? { matched: null }
          : {}),
    };
  },
});

function positionOf(uuid: string, { read, within }: FindingPosition, any: boolean): string {
  return [uuid, read, within?.chunk ?? "", within?.offset ?? 0, any ? 1 : 0].join("/");
}

/** What the findings are as of: when the device was last scanned, or when their export was begun, if that was before. */
function asOf(...times: (string | null | undefined)[]): { readonly as_of?: string } {
  const [earliest] = times.filter((time) => typeof time === "string").toSorted();
  return earliest === undefined ? {} : { as_of: earliest };
}
