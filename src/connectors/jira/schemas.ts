/**
 * What we rely on of Jira's answers: an issue's key. Unknown fields are ignored, and every other field may be absent or
 * null. One of another type makes its record unreadable.
 */
import * as z from "zod";
import { TicketId } from "../../capabilities/tickets/ticket.ts";
import { records } from "../../toolkit/lists/records.ts";
import { hasErrors } from "./errors.ts";

/** `2026-11-22T10:00:00.000+0000`: the offset has no colon, which ISO 8601 allows and zod doesn't. */
const Time = z
  .string()
  .transform((value) => value.replace(/([+-]\d\d)(\d\d)$/, "$1:$2"))
  .pipe(z.iso.datetime({ offset: true }))
  .transform((value) => new Date(value).toISOString())
  .nullish();

const text = z.string().nullish();
const named = z.object({ name: text }).nullish();

/** An Atlassian document. What is in it, `document.ts` reads. */
const DescriptionDocument = z.object({ content: z.array(z.unknown()).nullish() }).nullish();

/** An issue, with the fields that {@link TICKET_FIELDS} asks for, and the description where it is asked for, too. A project's screens decide which of them it has. */
export const IssueRecord = z.object({
  key: TicketId,
  fields: z
    .object({
      summary: text,
      status: z.object({ name: text, statusCategory: z.object({ key: text }).nullish() }).nullish(),
      issuetype: named,
      priority: z.object({ id: text, name: text }).nullish(),
      assignee: z.object({ displayName: text }).nullish(),
      created: Time,
      updated: Time,
      description: DescriptionDocument,
    })
    .nullish(),
});
export type IssueRecord = z.output<typeof IssueRecord>;

/** The fields of a ticket. Without naming any, a search answers with ids only. */
export const TICKET_FIELDS = "summary,status,issuetype,priority,assignee,created,updated";

/** An issue with the labels by which a creation is found again. */
export const LabelledIssue = z.object({
  key: TicketId,
  fields: z
    .object({
      labels: z.array(z.string()).nullish(),
      status: z.object({ statusCategory: z.object({ key: z.string().nullish() }).nullish() }).nullish(),
    })
    .nullish(),
});

/** Long enough for any that the vendor gives out, and short enough for a cursor of ours. */
const PageToken = z.string().min(1).max(1400);

/** One page of a search (`SearchAndReconcileResults`). A page that isn't the last must say where to go on. */
export function issuePage<Issue extends z.ZodType>(issue: Issue) {
  return z
    .object({
      issues: records(issue),
      nextPageToken: PageToken.nullish(),
      isLast: z.boolean().nullish(),
      warningMessages: z.array(z.unknown()).nullish(),
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
  groups: z.object({ items: z.array(z.object({ name: text })).nullish() }).nullish(),
});

/** `CreatedIssue`. */
export const CreatedIssue = z.object({ key: TicketId });
