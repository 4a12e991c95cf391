/** A sign-in or a part of one, whoever wrote it down. */
import * as z from "zod";
import { opaqueId, reportedText } from "../../toolkit/text/reported-text.ts";

/** What an event is about, in our words. */
export const KINDS = [
  "session",
  "authentication",
  "mfa",
  "mfa_challenge",
  "enrolment",
  "sso",
  "policy",
  "lock",
  "threat",
  "impersonation",
] as const;
export type SignInKind = (typeof KINDS)[number];

const text = reportedText().nullable();

/** As long as a login may be at Okta. What a stranger typed into the sign-in page gets no more room. */
const LONGEST_LOGIN = 100;

export const SignInPerson = z.strictObject({
  user_id: opaqueId.nullable(),
  name: reportedText(LONGEST_LOGIN).nullable(),
  full_name: text,
});

/** A sign-in or a part of one, in the words of OCSF's Authentication class (3002); `kind` is Sallyport's own. */
export const SignIn = z.strictObject({
  uid: opaqueId,
  time: z.iso.datetime().nullable(),
  kind: z.enum(KINDS),
  vendor_event: reportedText(),
  status_id: z.union([z.literal(1), z.literal(2), z.literal(99)]),
  status: z.enum(["Success", "Failure", "Other"]),
  vendor_status: text,
  status_detail: text,
  /** Whose account it is about. */
  user: SignInPerson,
  /** Who did it: the same person, an administrator, or somebody who is none. */
  actor: z.strictObject({ user: SignInPerson }),
  auth_factor: text,
  /** The app that was signed in to. */
  service: z.strictObject({ name: text }),
  src_endpoint: z.strictObject({
    ip: text,
    os: text,
    location: z.strictObject({ desc: text }),
  }),
});
export type SignIn = z.output<typeof SignIn>;
