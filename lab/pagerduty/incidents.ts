/** The incidents: seeded, and opened since. */
import type { World } from "../world.ts";
import type { Incident, ServiceId } from "./incident.ts";
import { incidentId, seededIncidents } from "./seed.ts";

const collection = "pagerduty/incidents";
const hourMs = 3_600_000;

/** Acme's incidents: those that were seeded, those that were opened since, and what became of them. */
export class Incidents {
  readonly #world: Pick<World, "storage" | "estate">;

  constructor(world: Pick<World, "storage" | "estate">) {
    this.#world = world;
  }

  /** Every incident, oldest first. */
  all(): Incident[] {
    const seededAt = this.#world.estate.seededAt();
    const changed = this.#world.storage.changes<Incident>(collection);
    const seeded = seededIncidents.map(({ agoMs, ...incident }): Incident => {
      const createdAt = seededAt - agoMs;
      return changed.get(incident.id) ?? { ...incident, createdAt, changedAt: createdAt + hourMs };
    });
    const known = new Set(seeded.map(({ id }) => id));
    const opened = [...changed.values()].filter(({ id }) => !known.has(id));
    return [...seeded, ...opened].toSorted((a, b) => a.number - b.number);
  }

  find(id: string): Incident | undefined {
    return this.all().find((incident) => incident.id === id);
  }

  /** The open incident with a key, of which a service has at most one. */
  open(service: ServiceId, incidentKey: string): Incident | undefined {
    return this.all().find(
      (incident) =>
        incident.service === service &&
        incident.incidentKey === incidentKey &&
        incident.status !== "resolved",
    );
  }

  /** Opens an incident. */
  create(incident: Omit<Incident, "id" | "number">): Incident {
    const number = this.all().length + 1;
    return this.save({ ...incident, id: incidentId(`opened/${number}`), number });
  }

  /** Stores what has become of an incident. */
  save(incident: Incident): Incident {
    this.#world.storage.setChange(collection, incident.id, incident);
    return incident;
  }
}
