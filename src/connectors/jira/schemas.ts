/**
 * What we rely on of Jira's answers, and nothing else: unknown fields are ignored, a field that is missing or
 * of another type is a changed contract. What a project may leave out (priority, assignee) may be absent.
 */
import * as z from "zod";
import { hasErrors } from "./errors.ts";

/** An issue's key. */
export const IssueKey = z.string().regex(/^[A-Z][A-Z0-9_]*-\d+$/);

/** `2026-11-22T10:00:00.000+0000`: the offset has no colon, which ISO 8601 allows and zod doesn't. */
const Time = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)$/)
  .transform((value) => new Date(value.replace(/([+-]\d\d)(\d\d)$/, "$1:$2")).toISOString());

const named = z.object({ name: z.string() }).nullish();

/** An issue, with the fields that {@link TICKET_FIELDS} asks for. The key of a status's category never changes. */
export const IssueRecord = z.object({
  key: IssueKey,
  fields: z.object({
    summary: z.string(),
    status: z.object({
      name: z.string(),
      statusCategory: z.object({ key: z.enum(["new", "indeterminate", "done", "undefined"]) }),
    }),
    issuetype: named,
    priority: named,
    assignee: z.object({ displayName: z.string().nullish() }).nullish(),
    created: Time,
    updated: Time,
  }),
});
export type IssueRecord = z.output<typeof IssueRecord>;

/** The fields of a ticket. Without naming any, a search answers with ids only. */
export const TICKET_FIELDS = "summary,status,issuetype,priority,assignee,created,updated";

/** An issue with the labels by which a creation is found again. */
export const LabelledIssue = z.object({
  key: IssueKey,
  fields: z.object({
    summary: z.string(),
    labels: z.array(z.string()),
    status: z.object({ statusCategory: z.object({ key: z.string() }) }).optional(),
  }),
});

/** Long enough for any that the vendor gives out, and short enough for a cursor of ours. */
const PageToken = z.string().min(1).max(1400);

/** One page of a search (`SearchAndReconcileResults`). A page that isn't the last must say where to go on. */
export function issuePage<Issue extends z.ZodType>(issue: Issue) {
  return z
    .object({
      issues: z.array(issue),
      nextPageToken: PageToken.nullish(),
      isLast: z.boolean().nullish(),
    })
    .refine(({ isLast, nextPageToken }) => isLast !== false || typeof nextPageToken === "string", {
      path: ["nextPageToken"],
    });
}

/** One issue by its key, or `null` where Jira says that there is none. */
export const IssueOrNone = z.unknown().transform((payload, context) => {
  if (hasErrors(payload)) return null;
  const parsed = IssueRecord.safeParse(payload);
  if (parsed.success) return parsed.data;
  for (const { path, message } of parsed.error.issues) context.addIssue({ code: "custom", path, message });
  return z.NEVER;
});

/** `User`, as far as it proves that somebody is asking. Groups come where they are asked for and may be seen. */
export const CurrentUser = z.object({
  accountId: z.string().min(1),
  groups: z.object({ items: z.array(z.object({ name: z.string() })) }).optional(),
});

/** `CreatedIssue`. */
export const CreatedIssue = z.object({ key: IssueKey });
