import * as z from "zod";
import { BaseUrl, problemsIn } from "../settings.ts";

/** Where each public source is to be found. */
export type SourceUrl = "CISA_KEV_BASE_URL" | "EPSS_BASE_URL" | "NVD_BASE_URL" | "OSV_BASE_URL";

/** What is wrong with where a public source is to be found: a sentence that names the variable. Empty if nothing is. */
export function sourceProblems(variable: SourceUrl): (env: Env) => string[] {
  const settings = z.object({ [variable]: BaseUrl });
  return (env) => problemsIn(settings, env);
}
