/**
 * What we rely on of Okta's answers, and nothing else: unknown fields are ignored, a field that is missing or of
 * another type is a changed contract. What isn't named here never gets further: phone numbers, second addresses,
 * recovery questions, and the secret of a factor that is still being enrolled (`_embedded`).
 *
 * Strict is what the vendor itself decides. "Properties with null values may be omitted" (Okta's compatibility
 * rules), so whatever may be null may be absent.
 */
import * as z from "zod";
import { opaqueId } from "../../untrusted/reported-text.ts";
import { errorCode } from "./errors.ts";

/**
 * A user's id. Where Okta takes one it also takes `me` and a login, which mean somebody else tomorrow: neither
 * has this form.
 */
export const UserId = z
  .string()
  .regex(/^00u[0-9A-Za-z]{17}$/, "must be an Okta user id: 00u and 17 more letters or digits");

/** `ACTIVATING` is not in the document's list, but in its words: a user may pass through it. */
export const UserStatus = z.enum([
  "ACTIVATING",
  "ACTIVE",
  "DEPROVISIONED",
  "LOCKED_OUT",
  "PASSWORD_EXPIRED",
  "PROVISIONED",
  "RECOVERY",
  "STAGED",
  "SUSPENDED",
]);
export type UserStatus = z.output<typeof UserStatus>;

const DateTime = z.iso.datetime({ offset: true });
const reported = z.string().nullish();

/** `User`, as far as it is used. */
export const UserRecord = z.object({
  id: UserId,
  status: UserStatus,
  created: DateTime,
  lastLogin: DateTime.nullish(),
  profile: z.object({ login: z.string(), email: reported, firstName: reported, lastName: reported }),
});
export type UserRecord = z.output<typeof UserRecord>;

/** The fields of {@link UserRecord}, as `listUsers` takes them: what we don't need doesn't leave Okta. */
export const USER_FIELDS = "id,status,created,lastLogin,profile:(login,email,firstName,lastName)";

export const UserPage = z.array(UserRecord);

/** `StandardRole` or `CustomRole`: that there is one is enough. */
export const Roles = z.array(z.object({ type: z.string().min(1) }));

/** `UserFactor`. Its profile and `_embedded` stay behind. */
export const Factors = z.array(
  z.object({
    factorType: z.string().min(1),
    status: z.enum([
      "ACTIVE",
      "DISABLED",
      "ENROLLED",
      "EXPIRED",
      "INACTIVE",
      "NOT_SETUP",
      "PENDING_ACTIVATION",
    ]),
  }),
);
export type Factors = z.output<typeof Factors>;

const logged = { uuid: opaqueId, published: DateTime };

/** A `LogEvent` that is a sign-in. Any other event in its place means that our filter was not understood. */
export const SignInEvent = z.object({
  ...logged,
  eventType: z.literal("user.session.start"),
  outcome: z.object({ result: z.string(), reason: reported }),
  actor: z.object({ id: opaqueId, alternateId: reported, displayName: reported }),
  client: z
    .object({
      ipAddress: reported,
      userAgent: z.object({ os: reported }).nullish(),
      geographicalContext: z.object({ city: reported, country: reported }).nullish(),
    })
    .nullish(),
});
export type SignInEvent = z.output<typeof SignInEvent>;

/** A `LogEvent` that says that somebody's sessions were ended. */
export const SessionsEndedEvent = z.object({
  ...logged,
  eventType: z.literal("user.session.clear"),
  outcome: z.object({ result: z.literal("SUCCESS") }),
  target: z.array(z.object({ id: z.string() })),
  /** Of a request with an OAuth token, the app's. */
  client: z.object({ id: reported }).nullish(),
});

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
