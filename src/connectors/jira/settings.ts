import * as z from "zod";
import { BaseUrl, Milliseconds, millisecondsOf, problemsIn } from "../settings.ts";

const Settings = z.object({
  JIRA_BASE_URL: BaseUrl,
  JIRA_PROJECT: z.string().regex(/^[A-Z][A-Z0-9_]+$/, "must be a project's key, such as SEC"),
  JIRA_ISSUE_TYPE: z.string().min(1, "must name an issue type of the project"),
  JIRA_SETTLE_MS: Milliseconds,
});

/** What is wrong with Jira's settings that are no secrets: sentences that name the variable. Empty if nothing is. */
export function jiraProblems(env: Env): string[] {
  return problemsIn(Settings, env);
}

/** The customer's Jira: its site, or `https://api.atlassian.com/ex/jira/<cloudId>` for tokens with scopes. */
export function baseUrl(env: Env): string {
  return env.JIRA_BASE_URL;
}

/** Key of the one project that tickets are searched and created in. */
export function project(env: Env): string {
  return env.JIRA_PROJECT;
}

/**
 * How long after its deadline a creation can still show for the first time, in milliseconds: until it lands,
 * and until the search index has it. The vendor bounds neither, so it is for whoever runs the instance to know;
 * `null` where they left it empty.
 */
export function settleMs(env: Env): number | null {
  return millisecondsOf(env.JIRA_SETTLE_MS);
}
