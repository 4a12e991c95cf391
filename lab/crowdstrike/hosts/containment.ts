/** Which devices are contained. */
import type { Host } from "../../estate/hosts.ts";
import type { Storage } from "../../storage.ts";

/** A device's `status`. */
export type ContainmentStatus = "normal" | "containment_pending" | "contained" | "lift_containment_pending";

/** The action names of PerformActionV2 that change containment. */
export type ContainmentAction = "contain" | "lift_containment";

interface Change {
  action: ContainmentAction;
  /** Epoch ms. */
  requestedAt: number;
  /** When the sensor carries it out, epoch ms; null while the host is switched off: it stays pending. */
  settlesAt: number | null;
}

/** How long a sensor that is online takes. The real ones take seconds; nobody wants to wait for that in a test. */
const settleMs = 400;
const collection = "crowdstrike/containment";

/** Which devices are contained. Pending states settle by the clock when they are read: no timer can be lost. */
export class Containment {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** A device's status at a moment. */
  status(deviceId: string, now: number): ContainmentStatus {
    return statusOf(this.#storage.change<Change>(collection, deviceId), now);
  }

  /** The statuses of all devices that aren't plainly normal, and when each was last changed (epoch ms). */
  all(now: number): Map<string, { status: ContainmentStatus; changedAt: number }> {
    const changes = this.#storage.changes<Change>(collection);
    return new Map(
      [...changes].map(([id, change]) => {
        const status = statusOf(change, now);
        const settled = status === "contained" || status === "normal";
        return [
          id,
          { status, changedAt: settled ? (change.settlesAt ?? change.requestedAt) : change.requestedAt },
        ];
      }),
    );
  }

  /** Sets a device on its way to the state asked for. */
  request(host: Host, action: ContainmentAction, now: number): void {
    const change: Change = { action, requestedAt: now, settlesAt: host.online ? now + settleMs : null };
    this.#storage.setChange(collection, host.id, change);
  }
}

function statusOf(change: Change | undefined, now: number): ContainmentStatus {
  if (!change) return "normal";
  const settled = change.settlesAt !== null && change.settlesAt <= now;
  if (change.action === "contain") return settled ? "contained" : "containment_pending";
  return settled ? "normal" : "lift_containment_pending";
}

/** Whether a device is where an action would take it, or on its way there. */
export function alreadyDone(action: ContainmentAction, status: ContainmentStatus): boolean {
  return action === "contain"
    ? status === "contained" || status === "containment_pending"
    : status === "normal" || status === "lift_containment_pending";
}
