/** Every page and every action of the console, with what each asks of whoever wants it. */
import { showApproval } from "./approvals/approval-page.tsx";
import { showApprovals } from "./approvals/approvals-page.tsx";
import { actDecidedOn, decideApproval } from "./approvals/decide.ts";
import { acknowledgeConflict } from "./audit/acknowledge.ts";
import { showAudit } from "./audit/audit-page.tsx";
import { showConflicts } from "./audit/conflicts-page.tsx";
import { showEvent } from "./audit/event-page.tsx";
import { downloadAudit } from "./audit/export.ts";
import { showConnectors } from "./connectors/connectors-page.tsx";
import { switchConnector } from "./connectors/switch.ts";
import { addScopes } from "./grants/add-scopes.ts";
import { showGrant } from "./grants/grant-page.tsx";
import { showHealth } from "./health/health.ts";
import type { Need } from "./need.ts";
import { showOperation } from "./operations/operation-page.tsx";
import { showOperations } from "./operations/operations-page.tsx";
import { settleOperation } from "./operations/settle.ts";
import { showOverview } from "./overview/overview-page.tsx";
import { showPerson } from "./sessions/person-page.tsx";
import { revokeSessions } from "./sessions/revoke.ts";
import { showSessions } from "./sessions/sessions-page.tsx";
import { takeBackScopes } from "./sessions/take-back.ts";
import { signOut } from "./sign-out.ts";
import type { ActionRoute, PageRoute, Route } from "./visit.ts";

/** In the order in which they are tried. */
export const ROUTES: readonly Route[] = [
  shows("/console", "overview", "any", showOverview),
  shows("/console/approvals", "approvals", "operations:approve", showApprovals),
  // The requester may look at it, and a confirmation is theirs to give: the page and the action look closer.
  shows("/console/approvals/:id", "approval", "any", showApproval),
  does("/console/approvals/:id", "decide", "any", decideApproval, actDecidedOn),
  shows("/console/operations", "operations", "any", showOperations),
  shows("/console/operations/:id", "operation", "any", showOperation),
  does("/console/operations/:id/settle", "settle", "operations:approve", settleOperation),
  shows("/console/audit", "audit", "audit:read", showAudit),
  shows("/console/audit/export", "audit_export", "audit:read", downloadAudit),
  shows("/console/audit/conflicts", "audit_conflicts", "audit:read", showConflicts),
  does("/console/audit/conflicts/:id/acknowledge", "acknowledge", "audit:read", acknowledgeConflict),
  shows("/console/audit/events/:event_id", "audit_event", "audit:read", showEvent),
  // One's own sessions are everybody's to see and to end; other people's take an administrator.
  shows("/console/sessions", "sessions", "any", showSessions),
  shows("/console/sessions/:person", "sessions_of_person", "any", showPerson),
  does("/console/sessions/:person/revoke", "revoke", "any", revokeSessions),
  does("/console/sessions/:person/take-back", "take_back_scopes", "any", takeBackScopes),
  // Only one's own: nobody allows anything in another person's name.
  shows("/console/grants/:id", "grant", "any", showGrant),
  does("/console/grants/:id", "add_scopes", "any", addScopes),
  shows("/console/connectors", "connectors", "admin", showConnectors),
  shows("/console/health", "health", "admin", showHealth),
  does("/console/connectors/switch", "switch", "admin", switchConnector),
  does("/console/sign-out", "sign_out", "any", signOut, async () => null),
];

function shows(path: string, name: string, need: Need, show: PageRoute["show"]): PageRoute {
  return { method: "GET", path, name, need, show };
}

function does(
  path: string,
  name: string,
  need: Need,
  act: ActionRoute["act"],
  confirms: ActionRoute["confirms"] = async () => "change",
): ActionRoute {
  return { method: "POST", path, name, need, act, confirms };
}
