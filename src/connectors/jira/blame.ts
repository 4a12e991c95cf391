/** Whose mistake a refusal of Jira is: the caller's, or that of the people who run the instance. Pure. */

import type { Failure } from "../../toolkit/failure.ts";
import { misconfigured, rejected } from "../../toolkit/upstream/failures.ts";
import type { Vendor, VendorQuestion } from "../../toolkit/upstream/vendor.ts";
import type { JiraErrors } from "./error-collection.ts";

/** The fields that a caller fills in, as arguments of `create_ticket`. */
const ARGUMENTS: ReadonlyMap<string, string> = new Map([
  ["summary", "title"],
  ["description", "description"],
]);

/** The fields that settings fill in. The screen of every other field goes with the issue type. */
const SETTINGS: ReadonlyMap<string, string> = new Map([
  ["project", "JIRA_PROJECT"],
  ["issuetype", "JIRA_ISSUE_TYPE"],
  ["priority", "JIRA_PRIORITIES"],
  ["summary", "JIRA_ISSUE_TYPE"],
  ["description", "JIRA_ISSUE_TYPE"],
  ["labels", "JIRA_ISSUE_TYPE"],
]);

/** Jira's own fields that a project can require beside those. Only names from these lists are repeated. */
const OTHER_FIELDS: ReadonlySet<string> = new Set([
  "assignee",
  "attachment",
  "components",
  "duedate",
  "environment",
  "fixVersions",
  "issuelinks",
  "parent",
  "reporter",
  "resolution",
  "security",
  "timetracking",
  "versions",
]);
const CUSTOM_FIELD = /^customfield_\d{1,10}$/;

/** What no text of a caller brings about: a field that isn't on the screen, or a form of description that isn't known. */
const NOT_THE_TEXT = /screen|Atlassian Document/i;

/** JQL that names a project which isn't there, or which the account may not browse. The name of the field isn't translated. */
const PROJECT_FIELD = /["'“”„«»]project["'“”„«»]/i;

/** A refusal to create an issue. */
export function refusedCreation(vendor: Vendor, status: number, { fields }: JiraErrors): Failure {
  const names = [...fields.keys()];
  const [name = ""] = names;
  const argument = ARGUMENTS.get(name);
  if (argument !== undefined && names.length === 1 && !NOT_THE_TEXT.test(fields.get(name) ?? "")) {
    return rejected(vendor, status, argument);
  }
  const settings = new Set(names.map((field) => SETTINGS.get(field) ?? "JIRA_FIELDS"));
  const known = names.filter((field) => isKnown(field));
  return misconfigured(vendor, {
    settings: names.length === 0 ? ["JIRA_PROJECT", "JIRA_ISSUE_TYPE"] : [...settings],
    ...(known.length === 0 ? {} : { field: known.join(", ") }),
    status,
  });
}

/** A refusal to search. The project stands in every search, and is a setting. */
export function refusedSearch(
  vendor: Vendor,
  status: number,
  { messages }: JiraErrors,
  { about = [] }: VendorQuestion,
): Failure {
  const [argument] = about;
  const ours = argument === undefined || messages.some((message) => PROJECT_FIELD.test(message));
  return ours
    ? misconfigured(vendor, {
        settings: ["JIRA_PROJECT"],
        why: "The project isn't there, or the account jira.read may not browse it.",
        status,
      })
    : rejected(vendor, status, argument);
}

function isKnown(field: string): boolean {
  return SETTINGS.has(field) || OTHER_FIELDS.has(field) || CUSTOM_FIELD.test(field);
}
