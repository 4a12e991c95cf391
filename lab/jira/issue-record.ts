/** Writes an issue as the vendor does. */
import { type Issue, issueTypeId, priorities, projects, statuses } from "./issue.ts";

const base = "https://acme.atlassian.net/rest/api/3";

/** An issue as the vendor's `IssueBean` has it, with the fields that were asked for. */
export function issueRecord(issue: Issue, wanted: ReadonlySet<string>): Record<string, unknown> {
  const { id, key } = issue;
  const entries = Object.entries(fieldsOf(issue));
  const fields = entries.filter(
    ([name]) => wanted.has(name) || wanted.has("*all") || wanted.has("*navigable"),
  );
  // "id" alone, the default of a search, brings the id and nothing else.
  if (fields.length === 0 && !wanted.has("key")) return { id };
  return { expand: "", id, self: `${base}/issue/${id}`, key, fields: Object.fromEntries(fields) };
}

function fieldsOf(issue: Issue): Record<string, unknown> {
  const { id: statusId, category } = statuses[issue.status];
  const { id: projectId, name: projectName } = projects[issue.project];
  return {
    summary: issue.summary,
    description: issue.description,
    labels: issue.labels,
    status: {
      self: `${base}/status/${statusId}`,
      description: "",
      name: issue.status,
      id: statusId,
      statusCategory: { self: `${base}/statuscategory/${category.id}`, ...category },
    },
    priority: issue.priority && {
      self: `${base}/priority/${priorities.indexOf(issue.priority) + 1}`,
      name: issue.priority,
      id: String(priorities.indexOf(issue.priority) + 1),
    },
    issuetype: {
      id: issueTypeId(issue.type),
      name: issue.type,
      subtask: false,
    },
    project: { self: `${base}/project/${projectId}`, id: projectId, key: issue.project, name: projectName },
    reporter: userOf(issue.reporter),
    assignee: issue.assignee && userOf(issue.assignee),
    created: timeOf(issue.createdAt),
    updated: timeOf(issue.updatedAt),
  };
}

function userOf({ id, name }: Issue["reporter"]) {
  return {
    self: `${base}/user?accountId=${id}`,
    accountId: id,
    displayName: name,
    active: true,
    accountType: "atlassian",
  };
}

/** `2026-11-22T10:00:00.000+0000`: the vendor writes the offset without a colon. */
function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "+0000");
}
