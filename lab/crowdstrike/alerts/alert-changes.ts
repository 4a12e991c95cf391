/** What became of alerts since they were seeded. */
import type { Storage } from "../../storage.ts";
import { type AlertStatus, alertStatuses } from "./alert-seed.ts";

/** What was done to an alert. Whatever is left out is as seeded. */
export interface AlertChange {
  status?: AlertStatus;
  /** Empty once the alert was unassigned. */
  assignee?: string;
  tags?: string[];
  /** In the order in which they were appended: the vendor shows them, and can't be asked for them. */
  comments?: string[];
  /** Epoch ms. */
  changedAt: number;
}

/** One of `action_parameters`. */
export interface AlertAction {
  name: string;
  value: string;
}

type Apply = (change: AlertChange, value: string) => Partial<AlertChange> | undefined;

/** What each action does, or nothing for a value that it doesn't take. */
const actions: Record<string, Apply> = {
  update_status: (_change, value) => {
    const status = alertStatuses.find((known) => known === value);
    return status && { status };
  },
  append_comment: ({ comments = [] }, value) => (value ? { comments: [...comments, value] } : undefined),
  add_tag: ({ tags = [] }, value) => (value ? { tags: [...new Set([...tags, value])] } : undefined),
  assign_to_name: (_change, value) => (value ? { assignee: value } : undefined),
  unassign: () => ({ assignee: "" }),
};

const collection = "crowdstrike/alerts";

/** What became of the alerts since they were seeded. */
export class AlertChanges {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** The changes, by the alerts' composite ids. */
  all(): Map<string, AlertChange> {
    return this.#storage.changes<AlertChange>(collection);
  }

  /** What was done to one alert. */
  of(compositeId: string): AlertChange | undefined {
    return this.#storage.change<AlertChange>(collection, compositeId);
  }

  /** Does all of it to one alert. */
  apply(compositeId: string, wanted: readonly AlertAction[], now: number): void {
    const change: AlertChange = { ...this.of(compositeId), changedAt: now };
    for (const { name, value } of wanted) Object.assign(change, actions[name]?.(change, value));
    this.#storage.setChange(collection, compositeId, change);
  }
}

/** Whether the vendor knows an action, and takes its value. */
export function isAction({ name, value }: AlertAction): boolean {
  return actions[name]?.({ changedAt: 0 }, value) !== undefined;
}
