import { expect } from "vitest";
import type { Sample } from "../sample.ts";
import type { Answering, SampleCase, SampleVendor } from "../vendor.ts";

const USER = "00uSampleUser0000001";
const REASON = "Held against a sample.";

/** Our word for each of Okta's, read from its document by hand. */
const STATUS: Readonly<Record<string, string>> = {
  ACTIVE: "active",
  STAGED: "pending",
  PROVISIONED: "pending",
  PASSWORD_EXPIRED: "password_expired",
  RECOVERY: "recovery",
  LOCKED_OUT: "locked_out",
  SUSPENDED: "suspended",
  DEPROVISIONED: "deactivated",
};

const utc = (moment: string | null) => (moment === null ? null : new Date(moment).toISOString());

/** A plain account, for calls whose sample is about something else. */
const account = (id: string): Answering => ({
  json: {
    id,
    status: "ACTIVE",
    created: "2024-01-01T00:00:00.000Z",
    lastLogin: null,
    profile: { login: "ada" },
  },
});

/** A token for whatever scopes are asked for. */
const token: Answering = ({ body }) => ({
  json: {
    token_type: "Bearer",
    expires_in: 3600,
    access_token: "sample-token",
    scope: new URLSearchParams(body).get("scope"),
  },
});

export const okta: SampleVendor = {
  name: "okta",
  folder: "okta",
  environment: (url) => ({ OKTA_BASE_URL: url }),
  routes: [
    { operation: "token", method: "POST", path: /^\/oauth2\/v1\/token$/ },
    { operation: "listUsers", method: "GET", path: /^\/api\/v1\/users$/ },
    { operation: "getUser", method: "GET", path: /^\/api\/v1\/users\/[^/]+$/ },
    { operation: "listFactors", method: "GET", path: /^\/api\/v1\/users\/[^/]+\/factors$/ },
    { operation: "listAssignedRolesForUser", method: "GET", path: /^\/api\/v1\/users\/[^/]+\/roles$/ },
    { operation: "listLogEvents", method: "GET", path: /^\/api\/v1\/logs$/ },
    { operation: "suspendUser", method: "POST", path: /^\/api\/v1\/users\/[^/]+\/lifecycle\/suspend$/ },
    { operation: "revokeUserSessions", method: "DELETE", path: /^\/api\/v1\/users\/[^/]+\/sessions$/ },
  ],
  usual: {
    token,
    listFactors: { json: [] },
    listAssignedRolesForUser: { json: [] },
    listLogEvents: { json: [] },
  },

  lab: {
    calls: [
      { tool: "search_users", args: { limit: 100 } },
      { tool: "search_users", args: { status: "pending" } },
      { tool: "search_sign_ins", args: { limit: 100 } },
      { tool: "search_sign_ins", args: { ip: "198.51.100.23", limit: 100 } },
    ],
    records: { listUsers: (json) => json, listLogEvents: (json) => json },
  },

  caseOf(sample) {
    switch (sample.operation) {
      case "getUser":
        return getUser(sample);
      case "listUsers":
        return listUsers(sample);
      case "listFactors":
        return detail(sample, "has_mfa");
      case "listAssignedRolesForUser":
        return detail(sample, "administrator");
      case "listLogEvents":
        return listLogEvents(sample);
      case "suspendUser":
        return suspendUser(sample);
      case "token":
        return tokenCase(sample);
      default:
        return null;
    }
  },
};

/** The account in a result, held against the vendor's record. */
// biome-ignore lint/suspicious/noExplicitAny: a vendor's record has no type before it was read
function expectUser(seen: unknown, { id, status, lastLogin, profile }: any): void {
  const names = [profile.firstName, profile.lastName].filter((name) => name !== null);
  expect(seen).toMatchObject({
    user_id: id,
    name: profile.login,
    full_name: names.length === 0 ? null : names.join(" "),
    email_addr: profile.email,
    status: STATUS[status],
    vendor_status: status,
    last_login_time: utc(lastLogin),
  });
}

function getUser({ http_status, json }: Sample): SampleCase {
  return {
    tool: "get_user",
    args: { user_id: http_status === 200 ? json.id : USER },
    check(result) {
      if (http_status === 404) expect(result).toMatchObject({ status: "not_found", resource: { id: USER } });
      else if (http_status !== 200) expectError(result, "configuration", "misconfigured");
      else {
        expectUser(result.data, json);
        expect(result.coverage).toMatchObject({ complete: true });
      }
    },
  };
}

function listUsers({ http_status, json }: Sample): SampleCase {
  const errors: Readonly<Record<number, readonly [kind: string, code: string]>> = {
    400: ["configuration", "misconfigured"],
    401: ["configuration", "credential_rejected"],
    429: ["transient", "rate_limited"],
  };
  return {
    tool: "search_users",
    args: { limit: 100 },
    check(result) {
      const [kind, code] = errors[http_status] ?? [];
      if (kind !== undefined && code !== undefined) return expectError(result, kind, code);
      expect(result.coverage).toMatchObject({ complete: true, unreadable: 0 });
      expect(result.data.users).toHaveLength(json.length);
      for (const [at, record] of json.entries()) expectUser(result.data.users[at], record);
    },
  };
}

/** What each sample of factors or roles says, read by hand. */
const SAID: Readonly<Record<string, boolean>> = {
  "listFactors/01-sms-pending-activation.json": false,
  "listFactors/02-none.json": false,
  "listFactors/03-push-totp-webauthn-question-email.json": true,
  "listFactors/04-duo-and-yubikey-and-pending-with-secret.json": true,
  "listAssignedRolesForUser/01-none.json": false,
  "listAssignedRolesForUser/02-app-and-help-desk-admin.json": true,
};

function detail({ file }: Sample, field: string): SampleCase {
  return {
    tool: "get_user",
    args: { user_id: USER },
    others: { getUser: account(USER) },
    check(result) {
      expect(result.data[field]).toBe(SAID[file]);
      expect(result.coverage).toMatchObject({ complete: true, unreadable: 0 });
      expect(JSON.stringify(result)).not.toMatch(/SYNTHETICSECRET|_embedded|phoneNumber|questionText/);
    },
  };
}

/** The kind of each event type that the samples hold; of no other is anything asked. */
const KIND: Readonly<Record<string, string>> = {
  "policy.evaluate_sign_on": "policy",
  "security.threat.detected": "threat",
  "user.account.lock": "lock",
  "user.authentication.auth_via_IDP": "authentication",
  "user.authentication.auth_via_mfa": "mfa",
  "user.mfa.okta_verify.deny_push": "mfa",
  "user.session.start": "session",
};

function listLogEvents(sample: Sample): SampleCase | null {
  const { http_status, json } = sample;
  if (http_status === 200 && json[0]?.eventType === "user.session.clear") return sessionsEnded(sample);
  if (http_status === 200 && json.some(({ eventType }: { eventType: string }) => !(eventType in KIND)))
    return null;
  return {
    tool: "search_sign_ins",
    args: { limit: 100 },
    check(result) {
      if (http_status !== 200) return expectError(result, "configuration", "misconfigured");
      expect(result.coverage).toMatchObject({ complete: true, unreadable: 0 });
      expect(result.data.sign_ins).toHaveLength(json.length);
      for (const [at, event] of json.entries()) expectSignIn(result.data.sign_ins[at], event);
    },
  };
}

// biome-ignore lint/suspicious/noExplicitAny: a vendor's record has no type before it was read
function expectSignIn(seen: any, event: any): void {
  const success = ["SUCCESS", "ALLOW"].includes(event.outcome.result);
  expect(seen).toMatchObject({
    uid: event.uuid,
    time: utc(event.published),
    kind: KIND[event.eventType],
    vendor_event: event.eventType,
    status: success ? "Success" : "Failure",
    vendor_status: event.outcome.result,
    status_detail: event.outcome.reason,
    src_endpoint: {
      ip: event.client === null ? null : event.client.ipAddress,
      os: event.client?.userAgent?.os ?? null,
    },
  });
  const place = event.client?.geographicalContext;
  expect(seen.src_endpoint.location.desc).toBe(place ? `${place.city}, ${place.country}` : null);
  const { actor, target } = event;
  expect(seen.actor.user.name).toBe(actor.alternateId);
  expect(seen.actor.user.user_id).toBe(actor.type === "User" ? actor.id : null);
  const account = (target ?? []).find(({ type }: { type: string }) => type === "User") ?? actor;
  expect(seen.user.name).toBe(account.alternateId);
  expect(seen.user.user_id).toBe(account.type === "User" ? account.id : null);
}

function sessionsEnded({ json: [event] }: Sample): SampleCase {
  const user_id = event.target[0].id;
  return {
    tool: "end_user_sessions",
    args: { user_id, reason: REASON },
    others: { getUser: account(user_id), listLogEvents: { json: [] } },
    check({ data, operation }) {
      expect(operation).toMatchObject({ state: "succeeded" });
      expect(data).toMatchObject({ user_id, sessions_ended_time: utc(event.published) });
    },
  };
}

function suspendUser({ http_status }: Sample): SampleCase {
  const user_id = `00uSuspended${http_status}`;
  return {
    tool: "suspend_user",
    args: { user_id, reason: REASON },
    others: { getUser: account(user_id) },
    check(result) {
      // Okta's 403 is about the account's status here, not about what the app may do.
      expectError(result, "invalid_request", "upstream_rejected");
      expect(result.error.message).toContain("not changed");
      expect(result.operation).toMatchObject({ state: "failed_safe" });
    },
  };
}

function tokenCase({ http_status }: Sample): SampleCase {
  if (http_status === 200) {
    return {
      tool: "get_user",
      args: { user_id: USER },
      others: {
        getUser: { status: 401, json: { errorCode: "E0000011", errorSummary: "Invalid token provided" } },
      },
      check(result) {
        expectError(result, "configuration", "credential_rejected");
        // The sample's scopes lack the one for roles.
        expect(result.error.message).toContain("okta.roles.read");
      },
    };
  }
  const user_id = "00uBound000000000001";
  return {
    tool: "end_user_sessions",
    args: { user_id, reason: REASON },
    others: {
      getUser: account(user_id),
      token: ({ nth, body }) =>
        nth === 2
          ? { status: 400, json: { error: "use_dpop_nonce" }, headers: { "dpop-nonce": "n" } }
          : {
              json: {
                token_type: "DPoP",
                expires_in: 3600,
                access_token: "bound",
                scope: new URLSearchParams(body).get("scope"),
              },
            },
      revokeUserSessions: { status: 204, text: "" },
    },
    check(result) {
      expect(result).toMatchObject({ status: "ok", operation: { state: "succeeded", evidence: "answered" } });
    },
  };
}

function expectError(result: unknown, kind: string, code: string): void {
  expect(result).toMatchObject({ status: "error", error: { kind, code } });
}
