/** Declares the argument that says from what time on to look. */
import * as z from "zod";

const DateTime = z.iso.datetime({ offset: true });

/**
 * From when on, ISO 8601. The check is kept out of the JSON Schema: its pattern is longer than most tools'
 * whole declaration, and `format` says the same to whoever reads it.
 */
export const since = z
  .string()
  .refine((value) => DateTime.safeParse(value).success, "must be an ISO 8601 time, as 2026-11-22T10:00:00Z")
  .meta({ format: "date-time", description: "From then on" })
  .optional();
