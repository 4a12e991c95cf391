/**
 * What we read of Okta's answers, and nothing else. What isn't named here never gets further: phone numbers, second
 * addresses, recovery questions, and the secret of a factor that is still being enrolled (`_embedded`).
 *
 * Only ids are required. "Properties with null values may be omitted" (Okta's compatibility rules), and its words grow
 * without notice. A field of another type makes its record unreadable: a change of the API must not look like nothing.
 */
import * as z from "zod";
import { records } from "../../toolkit/lists/records.ts";
import { opaqueId } from "../../toolkit/text/reported-text.ts";
import { vendorWord } from "../../toolkit/words.ts";
import { errorCode } from "./errors.ts";
import { signInKindOf } from "./sign-ins/sign-in-events.ts";

const DateTime = z.iso.datetime({ offset: true });
const reported = z.string().nullish();

/** `User`, as far as it is used. */
export const UserRecord = z.object({
  id: opaqueId,
  status: vendorWord,
  created: DateTime.nullish(),
  lastLogin: DateTime.nullish(),
  profile: z.object({ login: reported, email: reported, firstName: reported, lastName: reported }).nullish(),
});
export type UserRecord = z.output<typeof UserRecord>;

/** The fields of {@link UserRecord}, as `listUsers` takes them: what we don't need doesn't leave Okta. */
export const USER_FIELDS = "id,status,created,lastLogin,profile:(login,email,firstName,lastName)";

export const OktaUserPage = records(UserRecord);

/** `StandardRole` or `CustomRole`. Without its type nothing is known of it. */
export const Roles = records(z.object({ type: z.string().min(1) }));
export type Roles = z.output<typeof Roles>;

/** `UserFactor`. Without its type nothing is known of it. Its profile and `_embedded` stay behind. */
export const Factors = records(z.object({ factorType: z.string().min(1), status: vendorWord }));
export type Factors = z.output<typeof Factors>;

/** Who did something, or to whom or what it was done. Okta knows hundreds of types. */
const Entity = z.object({ id: reported, type: reported, alternateId: reported, displayName: reported });
export type Entity = z.output<typeof Entity>;

/** The type of an event that is about signing in, with its kind. */
const EventType = z.string().transform((type, context) => {
  const kind = signInKindOf(type);
  if (kind !== null) return { type, kind };
  context.addIssue("is no event that was asked for");
  return z.NEVER;
});

/**
 * A `LogEvent`, as far as sign-ins are described. Its type is required: without one, or with one that wasn't asked for,
 * nothing shows that our filter was understood.
 */
export const SignInEvent = z.object({
  uuid: opaqueId,
  published: DateTime.nullish(),
  eventType: EventType,
  outcome: z.object({ result: vendorWord, reason: reported }).nullish(),
  actor: Entity.nullish(),
  target: z.array(Entity).nullish(),
  client: z
    .object({
      ipAddress: reported,
      userAgent: z.object({ os: reported }).nullish(),
      geographicalContext: z.object({ city: reported, country: reported }).nullish(),
    })
    .nullish(),
  debugContext: z.object({ debugData: z.object({ factor: reported }).nullish() }).nullish(),
});
export type SignInEvent = z.output<typeof SignInEvent>;

export const SignInPage = records(SignInEvent);

/** A `LogEvent` that says that somebody's sessions were ended. */
export const SessionsEndedEvent = z.object({
  published: DateTime,
  target: z.array(z.object({ id: reported })).nullish(),
  /** Of a request with an OAuth token, the app's. */
  client: z.object({ id: reported }).nullish(),
});

/** A `LogEvent` of which only the time matters. */
export const SessionStartEvent = z.object({ published: DateTime });

/** `schema`, or `null` where Okta says that there is no such thing. */
export function orMissing<Schema extends z.ZodType>(schema: Schema) {
  return z.unknown().transform((payload, context): z.output<Schema> | null => {
    if (errorCode(payload) !== null) return null;
    const parsed = schema.safeParse(payload);
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues) {
      context.issues.push({ code: "custom", path: [...path], message, input: payload });
    }
    return z.NEVER;
  });
}
