import { z } from "zod";
import { BaseUrl } from "../base-url.ts";

const Settings = z.object({
  CISA_KEV_BASE_URL: BaseUrl,
  EPSS_BASE_URL: BaseUrl,
  NVD_BASE_URL: BaseUrl,
  OSV_BASE_URL: BaseUrl,
});

/** What is wrong with where the public sources are to be found: sentences that name the variable. */
export function intelligenceProblems(env: Env): string[] {
  const parsed = Settings.safeParse(env);
  return parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
}
