import * as z from "zod";
import { BaseUrl, Milliseconds } from "../../toolkit/settings.ts";

/** Where each public source is to be found. */
export type SourceUrl = "CISA_KEV_BASE_URL" | "EPSS_BASE_URL" | "NVD_BASE_URL" | "OSV_BASE_URL";

/** A path as it stands in a URL, from its slash on. */
const Path = z.string().regex(/^(?:\/[\w.~%-]+)+$/, "must be the path of a file, with a slash before it");

/** What says where a public source is to be found. */
export function sourceSettings(variable: SourceUrl): z.ZodObject {
  return z.object({
    [variable]: BaseUrl,
    ...(variable === "CISA_KEV_BASE_URL" ? { CISA_KEV_PATH: Path } : {}),
    ...(variable === "NVD_BASE_URL" ? { NVD_API_KEY: z.string().default("") } : {}),
    INTELLIGENCE_MEMORY_MS: Milliseconds,
  });
}
