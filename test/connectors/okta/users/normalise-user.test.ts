import { describe, expect, test } from "vitest";
import { User } from "../../../../src/capabilities/identities/user.ts";
import { Factors, Roles, USER_FIELDS, UserRecord } from "../../../../src/connectors/okta/schemas.ts";
import {
  hasMfa,
  isAdministrative,
  STATUSES_OF,
  userOf,
} from "../../../../src/connectors/okta/users/normalise-user.ts";

const record = {
  id: "00ub0oNGTSWTBKOLGLNR",
  status: "ACTIVE",
  created: "2013-06-24T16:39:18.000Z",
  lastLogin: "2013-06-24T17:39:19.000Z",
  profile: {
    login: "isaac.brock@example.com",
    email: "isaac.brock@example.com",
    firstName: "Isaac",
    lastName: "Brock",
    mobilePhone: "+1-555-415-1337",
    secondEmail: "isaac@example.org",
  },
  credentials: { recovery_question: { question: "What's my childhood elementary school?" } },
  _embedded: { anything: { secret: "s" } },
};

const user = (changes: object = {}) => User.parse(userOf(UserRecord.parse({ ...record, ...changes })));

describe("a user", () => {
  test("has OCSF's names, and nothing that isn't ours to pass on", () => {
    expect(user()).toEqual({
      user_id: "00ub0oNGTSWTBKOLGLNR",
      name: "isaac.brock@example.com",
      full_name: "Isaac Brock",
      email_addr: "isaac.brock@example.com",
      status: "active",
      vendor_status: "ACTIVE",
      last_login_time: "2013-06-24T17:39:19.000Z",
    });
  });

  test.each(Object.entries(STATUSES_OF).flatMap(([ours, words]) => words.map((word) => [word, ours])))(
    "of status %s is %s",
    (status, ours) => {
      expect(user({ status })).toMatchObject({ status: ours, vendor_status: status });
    },
  );

  test("of a status that we don't know, or of none, is unknown beside Okta's own word", () => {
    expect(user({ status: "IN_REVIEW" })).toMatchObject({ status: "unknown", vendor_status: "IN_REVIEW" });
    expect(user({ status: undefined })).toMatchObject({ status: "unknown", vendor_status: null });
  });

  test("who never signed in has no last sign-in, however Okta says that", () => {
    expect(user({ lastLogin: null }).last_login_time).toBeNull();
    expect(user({ lastLogin: undefined }).last_login_time).toBeNull();
  });

  test("has no name rather than a made-up one", () => {
    const { login } = record.profile;
    expect(user({ profile: { login, firstName: null } })).toMatchObject({
      full_name: null,
      email_addr: null,
    });
    expect(user({ profile: { login, firstName: "Madonna" } })).toMatchObject({ full_name: "Madonna" });
    for (const profile of [{}, null, undefined]) expect(user({ profile })).toMatchObject({ name: null });
  });

  test("can't say more with a name than a name's length, nor with what can't be seen", () => {
    const { login } = record.profile;
    const firstName = `Eve\u202e\n${"x".repeat(1000)}`;
    const { full_name } = user({ profile: { login, firstName, lastName: "Mallory" } });
    expect(full_name?.length).toBeLessThanOrEqual(255);
    expect(full_name).not.toMatch(/\p{C}/u);
  });
});

describe("the schema of a user", () => {
  test.each([
    ["id", { id: undefined }],
    ["id", { id: "a b" }],
    ["status", { status: 4 }],
    ["created", { created: "yesterday" }],
    ["lastLogin", { lastLogin: 1372095559 }],
    ["profile.login", { profile: { login: 4 } }],
    ["profile", { profile: "isaac" }],
  ])("names %s where it has changed", (path, changes) => {
    const { error } = UserRecord.safeParse({ ...record, ...changes });
    expect(error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
  });
});

test("no more of a user is asked for in a list than is relied on", () => {
  const profile = `profile:(${Object.keys(UserRecord.shape.profile.unwrap().unwrap().shape).join(",")})`;
  const fields = Object.keys(UserRecord.shape).map((name) => (name === "profile" ? profile : name));
  expect(USER_FIELDS).toBe(fields.join(","));
});

const factor = (factorType: unknown, status: unknown = "ACTIVE") => ({ factorType, status });
const mfa = (...factors: object[]) => hasMfa(Factors.parse(factors));

describe("MFA is", () => {
  test.each(["push", "webauthn", "token:software:totp", "sms", "token:hardware", "signed_nonce", "web"])(
    "a factor %s that is active, whatever else there is",
    (type) => {
      expect(mfa(factor("question"), factor("face_scan"), factor(4), factor(type))).toBe(true);
    },
  );

  test.each([
    ["no factor", []],
    ["an enrolment that wasn't finished", [factor("token:software:totp", "PENDING_ACTIVATION")]],
    ["a factor that was switched off, of whatever type", [factor("face_scan", "INACTIVE")]],
    ["a question and a mailbox, in whatever status", [factor("question"), factor("email", "RESTING")]],
  ])("not %s", (_, factors) => {
    expect(mfa(...factors)).toBe(false);
  });

  test.each([
    ["of a type that we don't know", [factor("face_scan")]],
    ["of a status that we don't know", [factor("push", "RESTING")]],
    ["without a type, beside one that proves nothing", [factor(undefined), factor("email")]],
    ["without a status", [factor("push", null)]],
    ["that can't be read, beside one that proves nothing", [factor(4), factor("question")]],
  ])("not known, where it depends on a factor %s", (_, factors) => {
    expect(mfa(...factors)).toBeNull();
  });
});

describe("an administrator is", () => {
  const role = (type: unknown) => ({ id: "ra1", type, label: "Some Administrator" });
  const administrative = (...types: unknown[]) => isAdministrative(Roles.parse(types.map(role)));

  test("a person with a role that we know, if only one to look", () => {
    expect(administrative("READ_ONLY_ADMIN")).toBe(true);
    expect(administrative("AGENT_ADMIN", 4, "CUSTOM")).toBe(true);
  });

  test("not who has none", () => {
    expect(administrative()).toBe(false);
  });

  test.each([[["AGENT_ADMIN"]], [["AGENT_ADMIN", undefined]], [["AGENT_ADMIN", 4]]])(
    "perhaps who has other roles only: %j",
    (types) => {
      expect(administrative(...types)).toBeNull();
    },
  );
});

test("the secret of a factor doesn't get past its schema", () => {
  const pending = {
    id: "ostf2gsyictRQDSGTDZE",
    factorType: "token:software:totp",
    status: "PENDING_ACTIVATION",
    profile: { credentialId: "dade.murphy@example.com" },
    _embedded: { activation: { sharedSecret: "HE64TMLL2IUZW2ZLB" } },
  };
  expect(Factors.parse([pending])).toEqual({
    records: [{ factorType: "token:software:totp", status: "PENDING_ACTIVATION" }],
    unreadable: 0,
  });
});
