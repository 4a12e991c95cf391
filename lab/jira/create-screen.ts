/** Simulates the screen that says what a new issue needs. */
import type { Operation, VendorReply, VendorRequest } from "../simulator.ts";
import { accountOf } from "./accounts.ts";
import { failure } from "./errors.ts";
import { issueTypeId, issueTypes, priorities } from "./issue.ts";
import { isProject } from "./issues.ts";

const base = "/rest/api/3/issue/createmeta/{projectIdOrKey}/issuetypes";

/** The fields on the create screen of Acme's projects; the reporter is the account that creates. */
const fields = [
  { fieldId: "summary", required: true },
  { fieldId: "description", required: false },
  { fieldId: "labels", required: false },
  {
    fieldId: "priority",
    required: false,
    allowedValues: priorities.map((name, at) => ({ id: String(at + 1), name })),
  },
  { fieldId: "reporter", required: true, hasDefaultValue: true },
];

/** What an account may create, and what it is asked for then. */
export const screenOperations: readonly Operation[] = [
  {
    id: "getCreateIssueMetaIssueTypes",
    method: "GET",
    path: base,
    takesToken: true,
    handle: (request) =>
      ofProject(request, {
        issueTypes: issueTypes.map((name) => ({ id: issueTypeId(name), name, subtask: false })),
        total: issueTypes.length,
      }),
  },
  {
    id: "getCreateIssueMetaIssueTypeId",
    method: "GET",
    path: `${base}/{issueTypeId}`,
    takesToken: true,
    handle: (request) =>
      ofProject(request, {
        fields: fields.map((field) => ({ hasDefaultValue: false, key: field.fieldId, ...field })),
        total: fields.length,
      }),
  },
];

function ofProject(request: VendorRequest, page: object): VendorReply {
  const visible = accountOf(request)?.permissions.includes("create");
  if (!visible || !isProject(request.params.projectIdOrKey ?? "")) {
    return failure(404, "No project could be found with key or id.");
  }
  return { status: 200, body: { startAt: 0, maxResults: 50, ...page } };
}
