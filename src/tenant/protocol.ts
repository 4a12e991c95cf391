/** What the tenant's object keeps for everybody, and how it is changed. Everything here survives RPC. */
import type { Trouble } from "../../verifier/event/trouble.ts";

/** What an administrator has switched off. It holds from the next call on. */
export interface Switches {
  /** Rises with every change; of two pushes that cross, the higher one holds. */
  readonly version: number;
  readonly disabled_tools: readonly string[];
  readonly disabled_credentials: readonly string[];
}

/** One change to the switches. */
export interface SwitchChange {
  readonly kind: "tool" | "credential";
  readonly name: string;
  readonly disabled: boolean;
  /** Subject of whoever did it. */
  readonly by: string;
  readonly reason: string;
}

/** What a session object offers to the tenant's object. */
export interface SwitchListener {
  /** Takes over newer switches. Older ones, by their version, do nothing. */
  switched(switches: Switches): Promise<void>;
}

/** That somebody has looked at a trouble. */
export interface Acknowledgement {
  readonly id: string;
  /** Subject of who did. */
  readonly by: string;
  readonly reason: string;
}

/** A trouble of the store as the tenant's object keeps it. Times are ISO 8601 UTC. */
export interface KnownTrouble {
  readonly id: string;
  readonly trouble: Trouble;
  readonly reported_at: string;
  readonly acknowledged: { readonly at: string; readonly by: string; readonly reason: string } | null;
}

/** What waits for somebody to look, and what was looked at lately. */
export interface TroubleList {
  /** How many wait in all. */
  readonly waiting: number;
  readonly open: readonly KnownTrouble[];
  readonly acknowledged: readonly KnownTrouble[];
}
