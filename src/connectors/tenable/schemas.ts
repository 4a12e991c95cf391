/**
 * What we rely on of Tenable's answers, and nothing else: unknown fields are ignored, a field that is missing or
 * of another type is a changed contract.
 *
 * Chunks leave an attribute out where it is empty. So strict is only what a finding can't be without; what a
 * host reports of itself may be absent.
 */
import * as z from "zod";
import { opaqueId } from "../../untrusted/reported-text.ts";

const SCHEDULE_UUID = /^(template-)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}([0-9a-f]{16})?$/;

/**
 * A scan's id: the UUID of its schedule. The vendor takes a number, too; but two names for one scan would be two
 * targets, and could launch it twice. The check is kept out of the JSON Schema, for its length.
 */
export const ScanId = z
  .string()
  .refine(
    (id) => SCHEDULE_UUID.test(id),
    "must be the UUID of a scan's schedule, as a scan_id of search_vulnerabilities",
  );

/** `POST /vulns/export`, 409: an export with the same filters is under way. */
export const ConflictingExport = z.object({ active_job_id: z.uuid() });

/** `POST /vulns/export`: the export that was begun, or the one that already was. */
export const RequestedExport = z
  .object({ export_uuid: z.uuid() })
  .transform(({ export_uuid }) => export_uuid)
  .or(ConflictingExport.transform(({ active_job_id }) => active_job_id));

const chunkNumbers = z.array(z.int().min(0));

/** `Export_Vulnerabilities_response-vulns-export-status`. */
export const ExportStatus = z.object({
  status: z.enum(["QUEUED", "PROCESSING", "FINISHED", "CANCELLED", "ERROR"]),
  chunks_available: chunkNumbers,
  chunks_failed: chunkNumbers.default([]),
  chunks_cancelled: chunkNumbers.default([]),
});
export type ExportStatus = z.output<typeof ExportStatus>;

const time = z.iso.datetime({ offset: true });
const reported = z.string().nullish();
/** 0 is info, 4 is critical. */
const SeverityNumber = z.int().min(0).max(4);

/** The vendor's documents write these words in capitals in one place and in small letters in another. */
const words = <const Words extends readonly string[]>(values: Words) =>
  z.string().toUpperCase().pipe(z.enum(values));

/** `Export_Vulnerabilities_response-vulns-chunk`, as far as it is used. */
export const Finding = z.object({
  finding_id: z.uuid(),
  state: words(["OPEN", "REOPENED", "FIXED"]),
  severity_id: SeverityNumber,
  severity_default_id: SeverityNumber.nullish(),
  severity_modification_type: words(["NONE", "RECASTED", "ACCEPTED"]).default("NONE"),
  first_found: time,
  last_found: time,
  plugin: z.object({
    id: z.int(),
    name: z.string(),
    cve: z.array(z.string()).nullish(),
    solution: reported,
    has_patch: z.boolean().nullish(),
    exploit_available: z.boolean().nullish(),
    cvss3_base_score: z.number().nullish(),
  }),
  asset: z.object({
    uuid: opaqueId,
    hostname: reported,
    fqdn: reported,
    netbios_name: reported,
    ipv4: reported,
    ipv6: reported,
    operating_system: z.array(z.string()).nullish(),
  }),
  port: z.object({ port: z.int().nullish(), protocol: reported }).nullish(),
  scan: z.object({ schedule_uuid: reported }).nullish(),
});
export type Finding = z.output<typeof Finding>;

/** `scans_scan-object-list`, as far as it is used. */
export const ListedScan = z.object({
  schedule_uuid: z.string(),
  name: z.string(),
  status: z.string(),
  /** When the scan was last launched, in epoch seconds; when it was set up, if it never was. */
  last_modification_date: z.int().min(0),
  /** The latest run. */
  uuid: opaqueId.nullish(),
});
export type ListedScan = z.output<typeof ListedScan>;

/** `GET /scans`. Scans that nobody set up are `null`; a list that isn't there at all is another contract. */
export const ScanList = z.object({ scans: z.array(ListedScan).nullable() });

/** `POST /scans/{scan_id}/launch`. */
export const LaunchedScan = z.object({ scan_uuid: opaqueId });
