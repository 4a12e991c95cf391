/** Declares who a call is made by: the person, their roles, their client and the token's scopes. */
import type { Role } from "./scopes.ts";

/** Who is asking. Resolved inside the server from the verified token and the session's own record. */
export interface Principal {
  readonly tenant: string;
  /** The human, as the identity provider names them (OIDC `sub`). */
  readonly subject: string;
  /** What people call them, for pages and messages: an e-mail address or a name. Never an identity. */
  readonly display: string;
  readonly roles: readonly Role[];
  readonly client_id: string;
  /** The scopes of the token and those that the person added to its grant, before the role narrows them. */
  readonly scopes: readonly string[];
  /** The page where the person can add scopes to this grant. Absent where that wouldn't help this token. */
  readonly grant_url?: string;
  readonly session_id: string;
}
