/** What an issue of Acme's can be. */
import type { Person } from "../estate/people.ts";

/** The statuses of Acme's workflow, each with its category's key and name. */
export const statuses = {
  "To Do": { id: "10000", category: { id: 2, key: "new", name: "To Do", colorName: "blue-gray" } },
  "In Progress": {
    id: "3",
    category: { id: 4, key: "indeterminate", name: "In Progress", colorName: "yellow" },
  },
  "Waiting for approval": {
    id: "10010",
    category: { id: 4, key: "indeterminate", name: "In Progress", colorName: "yellow" },
  },
  // Nobody has put it into a category: the vendor calls the key of those `undefined`.
  Triage: {
    id: "10009",
    category: { id: 1, key: "undefined", name: "No Category", colorName: "medium-gray" },
  },
  Done: { id: "10001", category: { id: 3, key: "done", name: "Done", colorName: "green" } },
} as const;
export type StatusName = keyof typeof statuses;

/** The vendor's default priorities, from most to least, and one that Acme made up. */
export const priorities = ["Highest", "High", "Medium", "Low", "Lowest", "Sev 1"] as const;
export type PriorityName = (typeof priorities)[number];

export const issueTypes = ["Task", "Bug", "Incident"] as const;
export type IssueTypeName = (typeof issueTypes)[number];

/** The id of an issue type. */
export function issueTypeId(name: IssueTypeName): string {
  return String(10_001 + issueTypes.indexOf(name));
}

/** The projects, by key. */
export const projects = {
  SEC: { id: "10000", name: "Security Operations" },
  HR: { id: "10001", name: "Human Resources" },
} as const;
export type ProjectKey = keyof typeof projects;

/** An issue. Times are epoch ms. */
export interface Issue {
  id: string;
  key: string;
  project: ProjectKey;
  type: IssueTypeName;
  summary: string;
  /** An Atlassian document, or none. */
  description: unknown;
  /** None where the issue's screen had no such field. */
  priority: PriorityName | null;
  status: StatusName;
  labels: string[];
  reporter: Pick<Person, "id" | "name">;
  assignee: Pick<Person, "id" | "name"> | null;
  createdAt: number;
  updatedAt: number;
}

/** The Atlassian document of a plain text. */
export function documentOf(text: string): unknown {
  return { type: "doc", version: 1, content: [{ type: "paragraph", content: [{ type: "text", text }] }] };
}
