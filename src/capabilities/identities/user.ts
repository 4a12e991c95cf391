/** An account of a person, whoever manages it. */
import * as z from "zod";
import { opaqueId, reportedText } from "../../toolkit/text/reported-text.ts";
import { bareId } from "../ids.ts";

/**
 * A user's id, whatever its form. Where Okta takes one it also takes `me` and a login, which mean somebody else
 * tomorrow. A login without an at sign can't be told by its form: the answer must describe the id that was asked for.
 */
export const UserId = opaqueId.refine(
  (id) => bareId(id) !== "me" && !/[@/\\?#%]/.test(id) && /[^.]/.test(bareId(id)),
  "must be a user_id as search_users gives it, not a login or an address",
);

/** Where an account stands, in Sallyport's words. */
export const USER_STATUSES = [
  "active",
  "pending",
  "password_expired",
  "recovery",
  "locked_out",
  "suspended",
  "deactivated",
] as const;
export type UserStatus = (typeof USER_STATUSES)[number];

/** The same, and `unknown` for a word that we don't know. */
export const SEEN_STATUSES = [...USER_STATUSES, "unknown"] as const;
export type SeenStatus = (typeof SEEN_STATUSES)[number];

const text = reportedText().nullable();

/** An account, in the words of OCSF's `user` object; id and status are Sallyport's own. `name` is the login. */
export const User = z.strictObject({
  user_id: opaqueId,
  name: text,
  full_name: text,
  email_addr: text,
  status: z.enum(SEEN_STATUSES),
  vendor_status: text,
  last_login_time: z.iso.datetime().nullable(),
});
export type User = z.output<typeof User>;
