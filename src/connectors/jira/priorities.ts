/** How soon a ticket wants somebody, in our words and in OCSF's. */
import type { Priority, Ticket } from "../../capabilities/tickets/ticket.ts";

type OcsfPriority = Pick<Ticket, "priority_id" | "priority">;

const OCSF_PRIORITY: Record<Priority, OcsfPriority> = {
  low: { priority_id: 1, priority: "Low" },
  medium: { priority_id: 2, priority: "Medium" },
  high: { priority_id: 3, priority: "High" },
  critical: { priority_id: 4, priority: "Critical" },
};

/** Priorities of Jira's current and former default schemes. */
const PRIORITY_OF: ReadonlyMap<string, Priority> = new Map([
  ["Lowest", "low"],
  ["Trivial", "low"],
  ["Low", "low"],
  ["Minor", "low"],
  ["Medium", "medium"],
  ["High", "high"],
  ["Major", "high"],
  ["Highest", "critical"],
  ["Critical", "critical"],
  ["Blocker", "critical"],
]);

/** What a project says of a ticket's priority. */
interface Said {
  readonly id?: string | null | undefined;
  readonly name?: string | null | undefined;
}

/**
 * A project's priority in OCSF's words. What the project's own names mean decides before Jira's defaults do.
 * @param names what the project calls our priorities, by name or id
 */
export function ocsfPriority(
  said: Said | null | undefined,
  names: ReadonlyMap<Priority, string>,
): OcsfPriority {
  const words = [said?.name, said?.id].filter((word) => typeof word === "string");
  if (words.length === 0) return { priority_id: 0, priority: "Unknown" };
  const mapped = [...names].find(([, name]) => words.includes(name))?.[0];
  const known = mapped ?? PRIORITY_OF.get(said?.name ?? "");
  return known === undefined ? { priority_id: 99, priority: "Other" } : OCSF_PRIORITY[known];
}
