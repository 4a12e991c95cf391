import { expect, test } from "vitest";
import { personKey } from "../../src/auth/person-key.ts";

test("no subject can pass for another, and none gets a separator into a token", () => {
  const subjects = [
    "00u1responder",
    "auth0|a:b:c",
    "a\nb",
    "",
    "x".repeat(255),
    "ünïcode",
    "ses_1/../person",
  ];
  const keys = subjects.map((subject) => personKey("https://login.acme.example", subject));
  expect(new Set(keys).size).toBe(subjects.length);
  for (const key of keys) expect(key).toMatch(/^[\w-]{43}$/);
});

test("the same subject at another issuer is somebody else", () => {
  expect(personKey("https://a.example", "1")).not.toBe(personKey("https://b.example", "1"));
});
