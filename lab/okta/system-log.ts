/** The org's system log. */
import type { VendorRequest } from "../simulator.ts";
import type { World } from "../world.ts";
import type { OktaAccount } from "./accounts.ts";
import { type Happening, type LogEvent, logEvent, named } from "./log-event.ts";
import { signInHistory } from "./sign-in-history.ts";

const collection = "okta/log";

/** How long an event takes to appear. The vendor's log is "near real-time"; nobody wants to wait for that in a test. */
const logLagMs = 300;

/** What the log writes of a change to an account. */
export const lifecycleEvents = {
  suspend: ["user.lifecycle.suspend", "Suspend Okta user"],
  unsuspend: ["user.lifecycle.unsuspend", "Unsuspend Okta user"],
  revoke_sessions: ["user.session.clear", "Clear user session"],
} as const;

/** The name of a change, in the list of effects too. */
export type LifecycleAction = keyof typeof lifecycleEvents;

/** The org's system log: the sign-ins before the seeding, and what was done since. */
export class SystemLog {
  readonly #world: World;
  #history: { seededAt: number; events: LogEvent[] } | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  /** Writes down a change that an app made to a user. */
  record(action: LifecycleAction, account: OktaAccount, app: string, request: VendorRequest): void {
    const [eventType, displayMessage] = lifecycleEvents[action];
    const happening: Happening = {
      name: `change/${request.traceId}`,
      eventType,
      displayMessage,
      at: request.now,
      result: "SUCCESS",
      actor: { id: app, type: "PublicClientApp", alternateId: app, displayName: app },
      target: [named(account)],
      client: {
        ip: "192.0.2.10",
        os: "Unknown",
        browser: "UNKNOWN",
        place: { city: "Ashburn", country: "United States" },
        appId: app,
      },
    };
    this.#world.storage.setChange(collection, request.traceId, happening);
  }

  /** The events that can be found at a moment, oldest first. */
  visible(now: number): LogEvent[] {
    const recorded = [...this.#world.storage.changes<Happening>(collection).values()].filter(
      ({ at }) => at + logLagMs <= now,
    );
    return [...this.#seeded(), ...recorded.map(logEvent)].toSorted((a, b) =>
      a.published < b.published ? -1 : 1,
    );
  }

  #seeded(): LogEvent[] {
    const seededAt = this.#world.estate.seededAt();
    if (this.#history?.seededAt !== seededAt) {
      this.#history = { seededAt, events: signInHistory(seededAt).map(logEvent) };
    }
    return this.#history.events;
  }
}
