import * as z from "zod";
import { BaseUrl, Milliseconds, problemsIn } from "../settings.ts";

/** Where each public source is to be found. */
export type SourceUrl = "CISA_KEV_BASE_URL" | "EPSS_BASE_URL" | "NVD_BASE_URL" | "OSV_BASE_URL";

/** A path as it stands in a URL, from its slash on. */
const Path = z.string().regex(/^(?:\/[\w.~%-]+)+$/, "must be the path of a file, with a slash before it");

/** What is wrong with where a public source is to be found: sentences that name the variable. Empty if nothing is. */
export function sourceProblems(variable: SourceUrl): (env: Env) => string[] {
  const settings = z.object({
    [variable]: BaseUrl,
    ...(variable === "CISA_KEV_BASE_URL" ? { CISA_KEV_PATH: Path } : {}),
    INTELLIGENCE_MEMORY_MS: Milliseconds,
  });
  return (env) => problemsIn(settings, env);
}
