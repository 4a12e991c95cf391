/** What a log shows of attacks beside failed passwords: pushes until somebody gives in, and what policies refuse. */
import { oktaAccounts, plainStaff } from "./accounts.ts";
import { type Happening, named } from "./log-event.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** The one who was asked again and again. */
const tired = oktaAccounts[plainStaff - 20];

const attacker = {
  ip: "198.51.100.23",
  os: "Windows 10",
  browser: "CHROME",
  place: { city: "Rotterdam", country: "Netherlands" },
};
const app = {
  id: "0oaacmewiki000000001",
  type: "AppInstance",
  alternateId: "Wiki",
  displayName: "Wiki",
} as const;

const push = {
  eventType: "system.push.send_factor_verify_push",
  displayMessage: "A push was sent to a user for verification",
};
const denied = {
  eventType: "user.mfa.okta_verify.deny_push",
  displayMessage: "User rejected Okta push verify",
};
const factor = {
  eventType: "user.authentication.auth_via_mfa",
  displayMessage: "Authentication of user via MFA",
};
const policy = { eventType: "policy.evaluate_sign_on", displayMessage: "Evaluation of sign-on policy" };
const system = {
  id: "okta.1",
  type: "SystemPrincipal",
  alternateId: "system@okta.com",
  displayName: "Okta System",
} as const;

/** Somebody who knows a password sends pushes until one is answered. Both engines' words are in it. */
export function pushFatigue(seededAt: number): Happening[] {
  if (tired === undefined) return [];
  const began = seededAt - 3 * hourMs;
  const common = { actor: named(tired), client: attacker, factor: "OKTA_VERIFY_PUSH" };
  const ends = [
    { ...denied, result: "FAILURE" as const },
    { ...factor, result: "FAILURE" as const, reason: "INVALID_CREDENTIALS" },
    { ...factor, result: "UNANSWERED" as const },
    { ...factor, result: "STALLED" as const },
    { ...denied, result: "FAILURE" as const },
    { ...factor, result: "SUCCESS" as const },
  ];
  return ends.flatMap((end, nth): Happening[] => [
    { ...common, ...push, name: `fatigue/push/${nth}`, at: began + nth * minuteMs, result: "SUCCESS" },
    { ...common, ...end, name: `fatigue/end/${nth}`, at: began + nth * minuteMs + 20_000 },
  ]);
}

/** Refusals by a policy and by ThreatInsight, a sign-in that another provider vouched for, one without any value. */
export function refusals(seededAt: number): Happening[] {
  if (tired === undefined) return [];
  const at = seededAt - 2 * hourMs;
  const user = named(tired);
  return [
    {
      ...policy,
      name: "policy/deny",
      at,
      result: "DENY",
      reason: "Sign-on policy evaluation resulted in DENY",
      actor: user,
      target: [app],
      client: attacker,
    },
    // What is allowed is evaluated with every click, and is no sign-in.
    { ...policy, name: "policy/allow", at: at + 1000, result: "ALLOW", actor: user, client: attacker },
    {
      eventType: "security.threat.detected",
      displayMessage: "Request from suspicious actor",
      name: "threat",
      at: at + 2000,
      result: "DENY",
      reason: "Password Spray",
      actor: {
        id: "198.51.100.66",
        type: "IP address",
        alternateId: "unknown",
        displayName: "198.51.100.66",
      },
      client: { ...attacker, ip: "198.51.100.66", place: null },
    },
    {
      eventType: "user.authentication.auth_via_IDP",
      displayMessage: "Authenticate user via IDP",
      name: "idp",
      at: at + 3000,
      result: "SUCCESS",
      actor: system,
      target: [app, user],
      client: null,
    },
    {
      eventType: "user.session.start",
      displayMessage: "User login to Okta",
      name: "nameless",
      at: at + 4000,
      result: "FAILURE",
      reason: "INVALID_CREDENTIALS",
      actor: { id: null, type: null, alternateId: null, displayName: null },
      client: attacker,
    },
  ];
}
