/** Searches and reads the project's issues, and makes sure that an empty answer wasn't given to nobody. */
import type * as z from "zod";
import { onward, requirePromised } from "../../toolkit/lists/pages.ts";
import type { Records } from "../../toolkit/lists/records.ts";
import { contractChanged, misconfigured } from "../../toolkit/upstream/failures.ts";
import type { Upstream } from "../../toolkit/upstream/upstream.ts";
import { JIRA_OPERATIONS, jira } from "./errors.ts";
import { creationJql } from "./jql.ts";
import { CurrentUser, IssueOrNone, IssueRecord, issuePage, LabelledIssue, TICKET_FIELDS } from "./schemas.ts";

/** One page of issues, in order. */
export interface IssuePage<Issue> extends Records<Issue> {
  /** Where the next page begins, or `null` if there is none. */
  readonly next_token: string | null;
  /** Jira doubts a value in the query. */
  readonly warned: boolean;
}

/**
 * A page of the issues that a query holds for, as tickets need them.
 * @param about the arguments that stand in it, see {@link UpstreamRequest}
 */
export async function searchIssues(
  upstream: Upstream,
  jql: string,
  limit: number,
  token: string | null,
  about: readonly string[],
): Promise<IssuePage<IssueRecord>> {
  const page = await search(upstream, IssueRecord, { jql, fields: TICKET_FIELDS, limit, token, about });
  if (page.records.length > 0 || !page.warned) return page;
  // The question wasn't taken as it was meant, so this isn't "none".
  throw misconfigured(jira, {
    settings: ["JIRA_PROJECT"],
    why: "It found nothing, and warned that a value in the search isn't known.",
    status: 200,
  });
}

/** The issue of that key as it is now, which a search may not know yet; `null` if there is none in the project. */
export async function getIssue(
  upstream: Upstream,
  key: string,
  project: string,
  fields: string = TICKET_FIELDS,
): Promise<IssueRecord | null> {
  const issue = await upstream.read(
    {
      operation: JIRA_OPERATIONS.get,
      method: "GET",
      path: `/rest/api/3/issue/${encodeURIComponent(key)}`,
      query: { fields },
    },
    IssueOrNone,
  );
  await requireSomebody(upstream);
  // An issue that was moved to another project is still found by the key that it had.
  return issue?.key.startsWith(`${project}-`) ? issue : null;
}

/** What an operation created, found by its label; `null` if a search shows nothing (yet). */
export async function findCreation(
  upstream: Upstream,
  project: string,
  operation_id: string,
): Promise<z.output<typeof LabelledIssue> | null> {
  const jql = creationJql(project, operation_id);
  const { records } = await search(upstream, LabelledIssue, {
    jql,
    fields: "labels,status",
    limit: 1,
    token: null,
    about: [],
  });
  // Somebody else's ticket must not pass for ours, should the restriction ever be ignored.
  if (records.some(({ fields }) => !fields?.labels?.includes(operation_id))) {
    throw contractChanged(jira, JIRA_OPERATIONS.search, "issues.0.fields.labels");
  }
  return records[0] ?? null;
}

interface Search {
  readonly jql: string;
  readonly fields: string;
  readonly limit: number;
  readonly token: string | null;
  readonly about: readonly string[];
}

async function search<Issue extends z.ZodType>(
  upstream: Upstream,
  schema: Issue,
  { jql, fields, limit, token, about }: Search,
): Promise<IssuePage<z.output<Issue>>> {
  const operation = JIRA_OPERATIONS.search;
  const page = await upstream.read(
    {
      operation,
      method: "GET",
      path: "/rest/api/3/search/jql",
      query: {
        jql,
        fields,
        maxResults: String(limit),
        ...(token === null ? {} : { nextPageToken: token }),
      },
      about,
    },
    issuePage(schema),
  );
  await requireSomebody(upstream);
  const { issues, nextPageToken, isLast, warningMessages } = page;
  const next = isLast === true ? null : (nextPageToken ?? null);
  const next_token = onward(jira, operation, next, new Set(token === null ? [] : [token]));
  requirePromised(jira, issues, token, next_token);
  return { ...issues, next_token, warned: (warningMessages?.length ?? 0) > 0 };
}

/**
 * Jira answers searches of nobody, too: with what everybody may see, often nothing. A token that has stopped
 * working must not look like an empty project, and least of all like proof that nothing was created. So after
 * each answer we ask who we are; a token that is good then was good before.
 * @throws Failure `credential_rejected` if we are nobody
 */
async function requireSomebody(upstream: Upstream): Promise<void> {
  const request = { operation: JIRA_OPERATIONS.whoAmI, method: "GET", path: "/rest/api/3/myself" } as const;
  await upstream.read(request, CurrentUser);
}
