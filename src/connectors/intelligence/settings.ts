/** Reads the settings that say where public sources are, and how long their answers stand. */
import * as z from "zod";
import { BaseUrl, Milliseconds } from "../../toolkit/settings.ts";

/** Where each public source is to be found. */
export type SourceUrl = "CISA_KEV_BASE_URL" | "EPSS_BASE_URL" | "NVD_BASE_URL" | "OSV_BASE_URL";

/** A path as it stands in a URL, from its slash on. */
const Path = z
  .string()
  .regex(/^(?:\/[\w.~%-]+)+$/, "must be the path of a file, with a slash before it")
  .describe("where the catalogue is below `CISA_KEV_BASE_URL`, for a mirror");

const ApiKey = z
  .string()
  .default("")
  .describe("raises NVD's limit from 5 to 50 requests in 30 seconds, and opens nothing else");

const MemoryMs = Milliseconds.describe(
  "how long an answer of OSV, NVD or EPSS stands without asking again, in milliseconds. 0: nothing is remembered",
);

/** How long answers of public sources stand. */
export const memorySettings = z.object({ INTELLIGENCE_MEMORY_MS: MemoryMs });

/** Where the catalogue of exploited vulnerabilities is. */
export const kevSettings = z.object({ CISA_KEV_PATH: Path });

/** What says where a public source is to be found. */
export function sourceSettings(variable: SourceUrl): z.ZodObject {
  return z.object({
    [variable]: BaseUrl.describe("the public service, unless you have a mirror. Empty: it isn't asked"),
    ...(variable === "CISA_KEV_BASE_URL" ? kevSettings.shape : {}),
    ...(variable === "NVD_BASE_URL" ? { NVD_API_KEY: ApiKey } : {}),
    ...memorySettings.shape,
  });
}
