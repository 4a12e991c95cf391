/** The issues that Jira begins with. */
import { type Host, hosts } from "../estate/hosts.ts";
import { people } from "../estate/people.ts";
import { type Random, seeded } from "../estate/random.ts";
import { documentOf, type Issue, type ProjectKey, priorities, type StatusName } from "./issue.ts";

const hourMs = 3_600_000;
const firstId = 10_000;

const securityTasks: readonly ((host: Host) => string)[] = [
  (host) => `Patch OpenSSL on ${host.hostname}`,
  (host) => `Investigate suspicious PowerShell on ${host.hostname}`,
  (host) => `Reinstall the sensor on ${host.hostname}`,
  (host) => `Review local administrators of ${host.hostname}`,
  (host) => `Rotate credentials used on ${host.hostname}`,
  (host) => `Close exposed port of ${host.hostname}`,
];
const personnelTasks = ["Confidential: leave of absence", "Confidential: disciplinary hearing"];
const workflow: readonly StatusName[] = ["To Do", "To Do", "In Progress", "Waiting for approval", "Done"];

/** An issue as seeded, with how long before the seeding it was made. */
export type SeededIssue = Omit<Issue, "createdAt" | "updatedAt"> & { agoMs: number; updatedAgoMs: number };

/** How many issues each project begins with. */
export const seededCount: Record<ProjectKey, number> = { SEC: 60, HR: 4 };

function issue(
  project: ProjectKey,
  nth: number,
  id: number,
  summary: string,
  owner: Host["owner"],
  random: Random,
): SeededIssue {
  const agoMs = (seededCount[project] - nth) * 11 * hourMs + random.integer(0, 600) * 1000;
  const reporter = random.pick(people);
  return {
    id: String(id),
    key: `${project}-${nth + 1}`,
    project,
    type: nth % 5 === 0 ? "Incident" : "Task",
    summary,
    description: documentOf(`${summary}. Raised by ${reporter.name}.`),
    priority: priorityOf(nth, random),
    status: nth === 10 ? "Triage" : random.pick(workflow),
    labels: nth % 3 === 0 ? ["security"] : [],
    reporter: { id: reporter.id, name: reporter.name },
    assignee: nth % 4 === 0 ? null : { id: owner.id, name: owner.name },
    agoMs,
    updatedAgoMs: random.integer(0, Math.floor(agoMs / 1000)) * 1000,
  };
}

/** Some projects' screens have no priority, and people make up names of their own. */
function priorityOf(nth: number, random: Random): Issue["priority"] {
  const usual = random.pick(priorities.filter((name) => name !== "Sev 1"));
  return nth % 20 === 7 ? null : nth % 20 === 13 ? "Sev 1" : usual;
}

function build(): SeededIssue[] {
  const random = seeded(0x71ca);
  const security = Array.from({ length: seededCount.SEC }, (_, nth) => {
    const host = random.pick(hosts);
    return issue("SEC", nth, firstId + nth, random.pick(securityTasks)(host), host.owner, random);
  });
  const personnel = Array.from({ length: seededCount.HR }, (_, nth) => {
    const owner = random.pick(people);
    const summary = `${random.pick(personnelTasks)} of ${owner.name}`;
    return issue("HR", nth, firstId + seededCount.SEC + nth, summary, owner, random);
  });
  return [...security, ...personnel];
}

/** The issues that Acme's Jira begins with, oldest first: work on the estate's hosts, and what is nobody's business. */
export const seededIssues: readonly SeededIssue[] = build();
