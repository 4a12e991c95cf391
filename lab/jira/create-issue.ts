/** Simulates creating issues. */
import * as z from "zod";
import type { Operation, VendorReply, VendorRequest } from "../simulator.ts";
import type { World } from "../world.ts";
import { accountOf } from "./accounts.ts";
import { failure, invalidFields } from "./errors.ts";
import { issueTypeId, issueTypes, priorities } from "./issue.ts";
import { type Issues, isProject } from "./issues.ts";

const Text = z.object({ type: z.literal("text"), text: z.string().min(1) });
const Paragraph = z.object({
  type: z.literal("paragraph"),
  content: z.array(z.union([Text, z.object({ type: z.literal("hardBreak") })])).optional(),
});
const Document = z.object({ type: z.literal("doc"), version: z.literal(1), content: z.array(Paragraph) });

/** What can be set on the create screen of Acme's projects; each field says what is wrong with it. */
const Fields = z.strictObject({
  project: z.object({ key: z.string().refine(isProject) }, "valid project is required"),
  issuetype: z.union(
    [
      z.object({ name: z.enum(issueTypes) }),
      z
        .object({ id: z.enum(issueTypes.map(issueTypeId)) })
        .transform(({ id }) => ({ name: issueTypes.find((name) => issueTypeId(name) === id) ?? "Task" })),
    ],
    "Specify a valid issue type",
  ),
  summary: z
    .string("You must specify a summary of the issue.")
    .min(1, "You must specify a summary of the issue.")
    .max(255, "Summary must be less than 255 characters.")
    .regex(/^[^\r\n]*$/, "The summary is invalid because it contains newline characters."),
  description: Document.nullish().refine(() => true, "Operation value must be an Atlassian Document"),
  priority: z.object({ name: z.enum(priorities) }, "The priority selected is invalid.").optional(),
  labels: z
    .array(z.string().max(255).regex(/^\S+$/, "The label contains spaces which is invalid."))
    .default([]),
});
const Body = z.object({ fields: Fields });

/** Creating issues. Nothing deduplicates: the same request twice makes two issues. */
export function createOperation(world: World, vendor: string, issues: Issues): Operation {
  return {
    id: "createIssue",
    method: "POST",
    path: "/rest/api/3/issue",
    takesToken: true,
    handle(request) {
      const account = accountOf(request);
      if (!account) return failure(401);
      if (!account.permissions.includes("create")) return failure(403);
      const parsed = parse(request);
      return "status" in parsed ? parsed : create(request, account, parsed.fields);
    },
  };

  function create(
    request: VendorRequest,
    { accountId, displayName }: { accountId: string; displayName: string },
    fields: z.output<typeof Fields>,
  ): VendorReply {
    const { id, key } = issues.create({
      project: fields.project.key,
      type: fields.issuetype.name,
      summary: fields.summary,
      description: fields.description ?? null,
      priority: fields.priority?.name ?? "Medium",
      status: "To Do",
      labels: fields.labels,
      reporter: { id: accountId, name: displayName },
      assignee: null,
      createdAt: request.now,
      updatedAt: request.now,
    });
    world.effects.record({
      vendor,
      action: "createIssue",
      target: `ticket/${key}`,
      at: new Date(request.now).toISOString(),
      request_id: request.requestId,
    });
    return { status: 201, body: { id, key, self: `https://acme.atlassian.net/rest/api/3/issue/${id}` } };
  }
}

function parse({ body }: VendorRequest): z.output<typeof Body> | VendorReply {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return failure(400, "Invalid request payload. Refer to the REST API documentation and try again.");
  }
  const parsed = Body.safeParse(json);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message, ...issue }): [string, string] => {
    const field = "keys" in issue ? issue.keys[0] : path[1];
    return [String(field ?? "fields"), message];
  });
  return invalidFields(Object.fromEntries(wrong));
}
