/** Simulates suspending users and ending their sessions. */
import type { Operation, VendorReply, VendorRequest } from "../simulator.ts";
import type { World } from "../world.ts";
import type { OktaAccount, UserStatus } from "./accounts.ts";
import { guarded } from "./authorization.ts";
import type { Directory } from "./directory.ts";
import { failure } from "./errors.ts";
import { vendor } from "./link.ts";
import type { LifecycleAction, SystemLog } from "./system-log.ts";

/** Suspending and unsuspending users, and ending their sessions. */
export function lifecycleOperations(world: World, directory: Directory, log: SystemLog): Operation[] {
  return [
    {
      id: "suspendUser",
      ...guarded(
        world,
        { method: "POST", path: "/api/v1/users/{id}/lifecycle/suspend" },
        "okta.users.manage",
        (request, app) => move(request, app, "suspend", "ACTIVE", "SUSPENDED"),
      ),
    },
    {
      id: "unsuspendUser",
      ...guarded(
        world,
        { method: "POST", path: "/api/v1/users/{id}/lifecycle/unsuspend" },
        "okta.users.manage",
        (request, app) => move(request, app, "unsuspend", "SUSPENDED", "ACTIVE"),
      ),
    },
    {
      id: "revokeUserSessions",
      ...guarded(
        world,
        { method: "DELETE", path: "/api/v1/users/{userId}/sessions" },
        "okta.users.manage",
        (request, app) => {
          const account = directory.resolve(request.params.userId ?? "");
          if (!account) return failure(request, 404, `Resource not found: ${request.params.userId} (User)`);
          done(request, app, "revoke_sessions", account);
          return { status: 204 };
        },
      ),
    },
  ];

  /**
   * Moves a user from one status to another, and records the effect.
   *
   * The vendor refuses a user who is in neither, and one who is there already. A user who is there already is
   * let through here and counts as one more effect: a refusal would hide that somebody sent a repeat.
   */
  function move(
    request: VendorRequest,
    app: string,
    action: LifecycleAction,
    from: UserStatus,
    to: UserStatus,
  ): VendorReply {
    // The vendor wants the length said, of nothing too.
    if (request.headers.get("content-length") === null) return failure(request, 411);
    const account = directory.resolve(request.params.id ?? "");
    if (!account) return failure(request, 404, `Resource not found: ${request.params.id} (User)`);
    const { status } = directory.now(account);
    if (status !== from && status !== to) {
      return failure(request, 400, `Cannot ${action} a user that is not ${from.toLowerCase()}`);
    }
    if (status === from) directory.set(account, to, request.now);
    done(request, app, action, account);
    return { status: 200 };
  }

  function done(request: VendorRequest, app: string, action: LifecycleAction, account: OktaAccount): void {
    log.record(action, account, app, request);
    const at = new Date(request.now).toISOString();
    world.effects.record({ vendor, action, target: `user/${account.id}`, at, request_id: request.requestId });
  }
}
