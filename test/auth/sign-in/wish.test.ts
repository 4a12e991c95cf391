import { expect, test } from "vitest";
import { wishIn } from "../../../src/auth/sign-in/identity-provider.ts";

test.each<[string, object]>([
  ["", {}],
  ["prompt=select_account", { prompt: "select_account" }],
  ["prompt=login&login_hint=ada%40acme.test", { prompt: "login", login_hint: "ada@acme.test" }],
  ["prompt=consent+select_account", { prompt: "select_account" }],
  // Silence isn't a client's to ask.
  ["prompt=none", {}],
  ["prompt=create", {}],
  [`login_hint=${"x".repeat(321)}`, {}],
])("a client that asks with %j wishes %j of the sign-in", (asked, wish) => {
  expect(wishIn(new URLSearchParams(asked))).toEqual(wish);
});
