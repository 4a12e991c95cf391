import type { Tool } from "../../path/tool.ts";
import { endUserSessions } from "./end-user-sessions.ts";
import { getUser } from "./get-user.ts";
import { searchSignIns } from "./search-sign-ins.ts";
import { searchUsers } from "./search-users.ts";
import { suspendUser, unsuspendUser } from "./suspend-user.ts";

/** What Okta contributes to the catalogue. */
export const oktaTools: readonly Tool[] = [
  searchUsers,
  getUser,
  searchSignIns,
  suspendUser,
  unsuspendUser,
  endUserSessions,
];
