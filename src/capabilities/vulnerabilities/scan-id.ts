/** Declares the form of a scan's id, of which each scan has only one. */
import * as z from "zod";

const SCHEDULE_UUID =
  /^(?:[a-z][a-z0-9-]*:)?(template-)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}([0-9a-f]{16})?$/;
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
