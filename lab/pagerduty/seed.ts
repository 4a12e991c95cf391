/** The incidents that PagerDuty begins with. */
import { hosts } from "../estate/hosts.ts";
import { accounts } from "../estate/people.ts";
import { seeded, stableId } from "../estate/random.ts";
import { type Incident, urgencies } from "./incident.ts";

const dayMs = 86_400_000;
const count = 24;

/** An incident as seeded, with how long before the seeding it was opened. */
export type SeededIncident = Omit<Incident, "createdAt" | "changedAt"> & { agoMs: number };

/** An id as the vendor's are. */
export function incidentId(name: string): string {
  return `Q${stableId(`pagerduty/${name}`, 13).toUpperCase()}`;
}

/** What people of Acme were paged for, oldest first: one incident in three days, the last two still open. */
export const seededIncidents: readonly SeededIncident[] = build();

function build(): SeededIncident[] {
  const random = seeded(0x9d01);
  const onCall = accounts.filter(({ department }) => department === "Security Operations");
  return Array.from({ length: count }, (_, nth): SeededIncident => {
    const { id, name } = random.pick(onCall);
    return {
      id: incidentId(`seeded/${nth}`),
      number: nth + 1,
      title: `${random.pick(["High detection", "Unusual sign-in", "Sensor silent"])}: ${random.pick(hosts).hostname}`,
      service: nth % 6 === 5 ? "PPLATFM" : "PSECOPS",
      urgency: random.pick(urgencies),
      status: nth < count - 2 ? "resolved" : "acknowledged",
      incidentKey: stableId(`pagerduty/key/${nth}`),
      assignee: { id, name },
      agoMs: (count - nth) * 3 * dayMs + random.integer(0, 86_000) * 1000,
    };
  });
}
