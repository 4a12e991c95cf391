/** Okta's log events as our sign-ins. Pure. */
import type * as z from "zod";
import type { SignIn, SignInKind, SignInPerson } from "../../../capabilities/identities/sign-in.ts";
import { nonBlank } from "../../../toolkit/text/non-blank.ts";
import { opaqueId } from "../../../toolkit/text/reported-text.ts";
import type { Entity, SignInEvent } from "../schemas.ts";
import { utc } from "../users/normalise-user.ts";
import { NO_SIGN_INS } from "./sign-in-events.ts";

/** Okta's words for how an event ended, as callers ask for it. Every other word leaves it open. */
export const RESULTS = {
  success: ["SUCCESS", "ALLOW"],
  failure: ["FAILURE", "DENY", "UNANSWERED", "ABANDONED", "RATE_LIMIT"],
} as const;

const SUCCEEDED: ReadonlySet<string> = new Set(RESULTS.success);
const FAILED: ReadonlySet<string> = new Set(RESULTS.failure);

/** What is no sign-in is none that succeeded. */
function ended(kind: SignInKind, result: string | null): Pick<SignIn, "status_id" | "status"> {
  if (result !== null && SUCCEEDED.has(result) && !NO_SIGN_INS.has(kind))
    return { status_id: 1, status: "Success" };
  if (result !== null && FAILED.has(result)) return { status_id: 2, status: "Failure" };
  return { status_id: 99, status: "Other" };
}

/** Okta's id for somebody who named no account that exists. */
const NOBODY = "unknown";

/** Only of a user is the id a `user_id`: an actor can be an app, the system or an address. */
function userIdOf({ id, type }: Entity): string | null {
  const isUser = id !== NOBODY && (type === "User" || !type);
  return isUser ? (opaqueId.safeParse(id).data ?? null) : null;
}

function personOf(entity: Entity | null | undefined): z.output<typeof SignInPerson> {
  const user_id = entity ? userIdOf(entity) : null;
  return {
    user_id,
    name: nonBlank(entity?.alternateId),
    full_name: user_id === null ? null : nonBlank(entity?.displayName),
  };
}

/** The user whose account an event is about: a target of it, where there is one, else who did it. */
function subjectOf({ actor, target }: SignInEvent): Entity | null | undefined {
  return target?.find(({ type }) => type === "User") ?? actor;
}

/** True if an event is about a user, as the one who did something or to whom it was done. */
export function isAbout({ actor, target }: SignInEvent, user_id: string): boolean {
  return actor?.id === user_id || (target ?? []).some(({ id }) => id === user_id);
}

/** An event of the vendor's log as our sign-in. Of the browser's own words, which anybody can write, nothing is kept. */
export function signInOf(event: SignInEvent): SignIn {
  const { uuid, published, eventType, outcome, actor, target, client, debugContext } = event;
  const place = client?.geographicalContext;
  const { type, kind } = eventType;
  return {
    uid: uuid,
    time: utc(published),
    kind,
    vendor_event: type,
    ...ended(kind, outcome?.result ?? null),
    vendor_status: outcome?.result ?? null,
    status_detail: nonBlank(outcome?.reason),
    user: personOf(subjectOf(event)),
    actor: { user: personOf(actor) },
    auth_factor: nonBlank(debugContext?.debugData?.factor),
    service: { name: nonBlank(target?.find((entity) => entity.type === "AppInstance")?.displayName) },
    src_endpoint: {
      ip: nonBlank(client?.ipAddress),
      os: nonBlank(client?.userAgent?.os),
      location: { desc: nonBlank([place?.city, place?.country].filter(Boolean).join(", ")) },
    },
  };
}
