/** What the Worker verified about the token that a request came with. */
export interface CallerAuth {
  readonly session_id: string;
  /** The authorization that the token belongs to. */
  readonly grant_id: string;
  readonly client_id: string;
  readonly scopes: readonly string[];
  /** The client asked for fewer than the person allowed: nothing that the person adds is meant for this token. */
  readonly narrowed: boolean;
}

/**
 * Carries {@link CallerAuth} from the Worker to the session object. The Worker sets it on every request, so
 * that nothing a client sends under this name ever gets here.
 */
export const CALLER_HEADER = "x-sallyport-caller";
