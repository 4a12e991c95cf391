/** The sign-ins before the estate was seeded. */
import { type OktaAccount, oktaAccounts, plainStaff } from "./accounts.ts";
import { type Happening, named } from "./log-event.ts";
import { pushFatigue, refusals } from "./sign-in-attacks.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

const places = [
  {
    ip: "203.0.113.14",
    os: "Windows 11",
    browser: "EDGE",
    place: { city: "Boston", country: "United States" },
  },
  { ip: "2001:db8::72", os: "Mac OS X", browser: "CHROME", place: { city: "Frankfurt", country: "Germany" } },
  { ip: "192.0.2.201", os: null, browser: "UNKNOWN", place: null },
] as const;

/** From where somebody tried one password on many accounts. */
const spray = {
  ip: "203.0.113.66",
  os: "Linux",
  browser: "UNKNOWN",
  place: { city: "Reykjavik", country: "Iceland" },
};

const start = { eventType: "user.session.start", displayMessage: "User login to Okta" };
const lock = { eventType: "user.account.lock", displayMessage: "Max sign in attempts exceeded" };

/** Every sign-in and attempt before the estate was seeded, in no order. */
export function signInHistory(seededAt: number): Happening[] {
  const usual = oktaAccounts.flatMap((account, index) => historyOf(account, index, seededAt));
  return [...usual, ...sprayed(seededAt), ...pushFatigue(seededAt), ...refusals(seededAt)];
}

function historyOf(account: OktaAccount, index: number, seededAt: number): Happening[] {
  if (account.lastLoginAgoMs === null) return [];
  const client = places[index % places.length] ?? places[0];
  const actor = named(account);
  const last = seededAt - account.lastLoginAgoMs;
  const success = (nth: number): Happening => ({
    ...start,
    name: `start/${account.id}/${nth}`,
    at: last - nth * 26 * hourMs,
    result: "SUCCESS",
    actor,
    client,
  });
  const failure = (nth: number, reason: string, at: number): Happening => ({
    ...start,
    name: `failure/${account.id}/${nth}`,
    at,
    result: "FAILURE",
    reason,
    actor,
    client,
  });
  const mistyped = index % 9 === 0 ? [failure(0, "INVALID_CREDENTIALS", last - 2 * minuteMs)] : [];
  const locked =
    account.status === "LOCKED_OUT"
      ? [
          ...[1, 2].map((nth) => failure(nth, "INVALID_CREDENTIALS", last + nth * minuteMs)),
          { ...failure(3, "LOCKED_OUT", last + 3 * minuteMs), ...lock },
        ]
      : [];
  return [success(0), success(1), success(2), ...mistyped, ...locked];
}

function sprayed(seededAt: number): Happening[] {
  const began = seededAt - 5 * hourMs;
  const known = oktaAccounts.slice(plainStaff - 12, plainStaff).map((account) => named(account));
  const guessed = ["administrator@acme.test", "root@acme.test"].map((login) => ({
    id: "unknown",
    type: "User" as const,
    alternateId: login,
    displayName: "unknown",
  }));
  return [...known, ...guessed].map((user, nth) => ({
    ...start,
    name: `spray/${nth}`,
    at: began + nth * 9_000,
    result: "FAILURE",
    reason: user.id === "unknown" ? "VERIFICATION_ERROR" : "INVALID_CREDENTIALS",
    actor: user,
    client: spray,
  }));
}
