/**
 * What we rely on of Tenable's answers, and nothing else: unknown fields are ignored. Required is an id alone.
 *
 * Chunks leave an attribute out where it is empty, and null stands there for the same. A field of another type than
 * ours is a changed contract all the same: it must not quietly become "nothing".
 */
import * as z from "zod";
import { records } from "../../toolkit/lists/records.ts";
import { opaqueId } from "../../toolkit/text/reported-text.ts";
import { vendorWord } from "../../toolkit/words.ts";

/** `POST /vulns/export`, 409: an export with the same filters is under way. */
export const ConflictingExport = z.object({ active_job_id: z.guid() });

/** `POST /vulns/export`: the export that was begun, or the one that already was. */
export const RequestedExport = z
  .object({ export_uuid: z.guid() })
  .transform(({ export_uuid }) => export_uuid)
  .or(ConflictingExport.transform(({ active_job_id }) => active_job_id));

const chunkNumbers = z.array(z.int().min(0));
const fewChunks = chunkNumbers.nullish().transform((numbers) => numbers ?? []);

/** How many there are of some kind. Older exports don't say. */
const chunkCount = z.int().min(0).nullish();

/** When it was asked for, in milliseconds since the epoch. */
const created = z.int().min(0).nullish();

/**
 * `Export_Vulnerabilities_response-vulns-export-status`. The words of status are a closed list: what isn't known to be
 * finished must not be taken for it. A finished one that lists no chunks at all must not look like "none found".
 */
export const ExportStatus = z.discriminatedUnion("status", [
  z.object({
    status: z.enum(["QUEUED", "PROCESSING"]),
    chunks_available: fewChunks,
    empty_chunks_count: chunkCount,
    created,
  }),
  z.object({
    status: z.literal("FINISHED"),
    chunks_available: chunkNumbers,
    chunks_failed: fewChunks,
    chunks_cancelled: fewChunks,
    total_chunks: chunkCount,
    empty_chunks_count: chunkCount,
    reason: vendorWord,
    created,
  }),
  z.object({ status: z.enum(["CANCELLED", "ERROR"]) }),
]);
export type ExportStatus = z.output<typeof ExportStatus>;

const time = z.iso.datetime({ offset: true }).nullish();
const reported = z.string().nullish();
const listed = z.array(z.string().nullish()).nullish();
/** 0 is info, 4 is critical. Other numbers are unknown to us. */
const SeverityNumber = z.int().nullish();
/** The vendor's collectors write some numbers as text. */
const number = z
  .union([
    z.int(),
    z
      .string()
      .regex(/^\d{1,9}$/)
      .transform(Number),
  ])
  .nullish();

/** `Export_Vulnerabilities_response-vulns-chunk`, as far as it is used. */
export const Finding = z
  .object({
    finding_id: opaqueId.nullish(),
    state: vendorWord,
    severity: vendorWord,
    severity_id: SeverityNumber,
    severity_default_id: SeverityNumber,
    severity_modification_type: vendorWord,
    first_found: time,
    last_found: time,
    output: reported,
    plugin: z
      .object({
        id: number,
        name: reported,
        synopsis: reported,
        cve: listed,
        solution: reported,
        has_patch: z.boolean().nullish(),
        exploit_available: z.boolean().nullish(),
        cvss_base_score: z.number().nullish(),
        cvss3_base_score: z.number().nullish(),
        cvss4_base_score: z.number().nullish(),
      })
      .nullish(),
    asset: z.object({
      uuid: opaqueId,
      hostname: reported,
      fqdn: reported,
      netbios_name: reported,
      ipv4: reported,
      ipv6: reported,
      mac_address: reported,
      serial_number: reported,
      operating_system: listed,
    }),
    port: z.object({ port: number, protocol: reported, service: reported }).nullish(),
    scan: z.object({ schedule_uuid: reported }).nullish(),
  })
  .refine(({ finding_id, plugin }) => finding_id || typeof plugin?.id === "number", {
    path: ["finding_id"],
    message: "there is neither an id nor what one could be derived from",
  });
export type Finding = z.output<typeof Finding>;

/** `scans_scan-object-list`, as far as it is used. */
export const ListedScan = z.object({
  name: reported,
  status: z.string(),
  /** When the scan was last launched, in epoch seconds; when it was set up, if it never was. */
  last_modification_date: z.int().min(0),
  /** The latest run. */
  uuid: opaqueId.nullish(),
});
export type ListedScan = z.output<typeof ListedScan>;

/**
 * `GET /scans`. Each scan as it came: only the one that is asked for is looked at more closely. Imported ones may have
 * no schedule. A list of none is `null`; one that isn't there at all is another contract.
 */
export const ScanList = z.object({ scans: records(z.looseObject({ schedule_uuid: reported })) });

/** `POST /scans/{scan_id}/launch`. */
export const LaunchedScan = z.object({ scan_uuid: opaqueId });

/** `assets_Response-List-Assets` and `assets_Response-Asset-Details`, as far as they are used. */
export const Asset = z.object({
  id: opaqueId,
  last_seen: time,
  hostname: listed,
  fqdn: listed,
  netbios_name: listed,
  agent_name: listed,
  ipv4: listed,
  ipv6: listed,
  mac_address: listed,
});
export type Asset = z.output<typeof Asset>;

/** `GET /assets`: 5,000 assets at most, with the number of all. */
export const AssetList = z.object({ assets: records(Asset), total: z.int().min(0).nullish() });
