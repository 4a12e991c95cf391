/**
 * Declares what a person's object tells a session object: its record, its standing, ended grants and added
 * scopes.
 */
import type { Role, Scope } from "../toolkit/scopes.ts";
import type { Confirmation } from "./standing.ts";

/** Everything a session object has to know of whose it is. Survives RPC. */
export interface SessionRecord extends Confirmation {
  readonly session_id: string;
  readonly tenant: string;
  /** The human, as the identity provider names them (OIDC `sub`). */
  readonly subject: string;
  readonly display: string;
  readonly roles: readonly Role[];
  readonly client_id: string;
  readonly client_name: string;
  /** Name of the person's object. */
  readonly person: string;
  readonly epoch: number;
}

/** A session's standing, as its person's object sees it. */
export interface Standing extends Confirmation {
  readonly roles: readonly Role[];
  /** Rises with every change of standing; of two pushes that cross, the higher one holds. */
  readonly epoch: number;
  /** True when the session may do nothing any more, until `open` is called again. */
  readonly revoked: boolean;
  /** Why it may not. */
  readonly reason?: EndReason;
}

/** A scope that a person added to a grant, and until when it holds, in milliseconds since the epoch. */
export interface AddedScope {
  readonly scope: Scope;
  readonly until: number;
}

/** Everything that a person has added to one grant. */
export interface AddedToGrant {
  readonly grant_id: string;
  /** Rises with every change; of two lists that cross, the higher one holds. */
  readonly revision: number;
  readonly added: readonly AddedScope[];
}

/** `revoked` is final; after `signed_out` the same session goes on once the person has signed in again. */
export type EndReason = "revoked" | "signed_out";

/** What a session object offers to the person's object. */
export interface SessionControl {
  /** Begins the session, or takes it up again after `signed_out`. Repeats do nothing. */
  open(record: SessionRecord): Promise<void>;
  /** Takes over a newer standing. An older one, by its epoch, does nothing. */
  update(standing: Standing): Promise<void>;
  /** Takes over what the person has added to a grant. An older list, by its revision, does nothing. */
  allow(added: AddedToGrant): Promise<void>;
  /** Nothing may be done with the tokens of this grant any more. Repeats do nothing. */
  endGrant(grant_id: string): Promise<void>;
}
