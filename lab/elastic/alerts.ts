/** The alerts as they stand now. */
import type { Estate } from "../estate/estate.ts";
import type { Storage } from "../storage.ts";
import { type Alert, seededAlerts } from "./alert-seed.ts";

const statusField = "kibana.alert.workflow_status";
const collection = "elastic/alert-status";

/** The alerts as they stand: as seeded, with the statuses that were set since. */
export class Alerts {
  readonly #storage: Storage;
  readonly #estate: Estate;

  constructor(storage: Storage, estate: Estate) {
    this.#storage = storage;
    this.#estate = estate;
  }

  /** All alerts, newest first. */
  all(): Alert[] {
    const changed = this.#storage.changes<string>(collection);
    return seededAlerts(this.#estate).map((alert) => {
      const status = changed.get(alert.id);
      return status ? { ...alert, fields: { ...alert.fields, [statusField]: [status] } } : alert;
    });
  }

  /** Sets an alert's status. */
  setStatus(id: string, status: string): void {
    this.#storage.setChange(collection, id, status);
  }
}
