import type * as z from "zod";
import { contractChanged } from "../../downstream/failures.ts";
import type { Upstream } from "../../downstream/upstream.ts";
import { jira } from "./errors.ts";
import { creationJql } from "./jql.ts";
import { CurrentUser, IssueOrNone, IssueRecord, issuePage, LabelledIssue, TICKET_FIELDS } from "./schemas.ts";

const SEARCH = "searchAndReconsileIssuesUsingJql";

/** One page of issues, in order. */
export interface IssuePage<Issue> {
  readonly issues: readonly Issue[];
  /** Where the next page begins, or `null` if there is none. */
  readonly next_token: string | null;
}

/** A page of the issues that a query holds for, as tickets need them. */
export function searchIssues(
  upstream: Upstream,
  jql: string,
  limit: number,
  token: string | null,
): Promise<IssuePage<IssueRecord>> {
  return search(upstream, IssueRecord, { jql, fields: TICKET_FIELDS, limit, token });
}

/** The issue of that key as it is now, which a search may not know yet; `null` if there is none in the project. */
export async function getIssue(
  upstream: Upstream,
  key: string,
  project: string,
): Promise<IssueRecord | null> {
  const issue = await upstream.read(
    {
      operation: "getIssue",
      method: "GET",
      path: `/rest/api/3/issue/${encodeURIComponent(key)}`,
      query: { fields: TICKET_FIELDS },
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
  const { issues } = await search(upstream, LabelledIssue, {
    jql,
    fields: "summary,labels,status",
    limit: 1,
    token: null,
  });
  // Somebody else's ticket must not pass for ours, should the restriction ever be ignored.
  if (issues.some(({ fields }) => !fields.labels.includes(operation_id))) {
    throw contractChanged(jira, SEARCH, "issues.0.fields.labels");
  }
  return issues[0] ?? null;
}

interface Search {
  readonly jql: string;
  readonly fields: string;
  readonly limit: number;
  readonly token: string | null;
}

async function search<Issue extends z.ZodType>(
  upstream: Upstream,
  schema: Issue,
  { jql, fields, limit, token }: Search,
): Promise<IssuePage<z.output<Issue>>> {
  const page = await upstream.read(
    {
      operation: SEARCH,
      method: "GET",
      path: "/rest/api/3/search/jql",
      query: {
        jql,
        fields,
        maxResults: String(limit),
        ...(token === null ? {} : { nextPageToken: token }),
      },
    },
    issuePage(schema),
  );
  await requireSomebody(upstream);
  return { issues: page.issues, next_token: page.nextPageToken ?? null };
}

/**
 * Jira answers searches of nobody, too: with what everybody may see, often nothing. A token that has stopped
 * working must not look like an empty project, and least of all like proof that nothing was created. So after
 * each answer we ask who we are; a token that is good then was good before.
 * @throws Failure `credential_rejected` if we are nobody
 */
async function requireSomebody(upstream: Upstream): Promise<void> {
  const request = { operation: "getCurrentUser", method: "GET", path: "/rest/api/3/myself" } as const;
  await upstream.read(request, CurrentUser);
}
