import { expect, test } from "vitest";
import { open, seal } from "../../src/auth/seal.ts";

const env = { TENANT: "acme", SEALING_KEY: Buffer.alloc(32, 7).toString("base64") };
const sealed = () => seal(env, "sign-in", ["https://sallyport.example", "handle"], "who I am");

test("what was sealed opens to what it was, each time under another text", () => {
  expect(open(env, "sign-in", ["https://sallyport.example", "handle"], sealed())).toBe("who I am");
  expect(sealed()).not.toBe(sealed());
  expect(sealed()).not.toContain("who");
});

test("it opens only for the purpose, the binding, the tenant and the key it was sealed with", () => {
  const binding = ["https://sallyport.example", "handle"];
  expect(open(env, "upstream-token", binding, sealed())).toBeNull();
  expect(open(env, "sign-in", ["https://sallyport.example", "other"], sealed())).toBeNull();
  expect(open(env, "sign-in", ["https://sallyport.examplehandle"], sealed())).toBeNull();
  expect(open({ ...env, TENANT: "other" }, "sign-in", binding, sealed())).toBeNull();
  expect(
    open({ ...env, SEALING_KEY: Buffer.alloc(32, 8).toString("base64") }, "sign-in", binding, sealed()),
  ).toBeNull();
});

test("what was sealed under the key before still opens, and nothing is sealed under it any more", () => {
  const binding = ["https://sallyport.example", "handle"];
  const next = Buffer.alloc(32, 8).toString("base64");
  const rotated = { ...env, SEALING_KEY: next, SEALING_KEY_PREVIOUS: env.SEALING_KEY };
  expect(open(rotated, "sign-in", binding, sealed())).toBe("who I am");
  const anew = seal(rotated, "sign-in", binding, "who I am");
  expect(open(env, "sign-in", binding, anew)).toBeNull();
  expect(open({ ...env, SEALING_KEY: next }, "sign-in", binding, anew)).toBe("who I am");
  expect(open({ ...rotated, SEALING_KEY_PREVIOUS: "" }, "sign-in", binding, sealed())).toBeNull();
});

test("a change anywhere in it is noticed", () => {
  const bytes = Buffer.from(sealed(), "base64url");
  for (const at of bytes.keys()) {
    const forged = Buffer.from(bytes);
    forged.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    expect(
      open(env, "sign-in", ["https://sallyport.example", "handle"], forged.toString("base64url")),
    ).toBeNull();
  }
});

test("nonsense doesn't open", () => {
  for (const text of ["", "v1", "null", "a".repeat(200)]) expect(open(env, "sign-in", [], text)).toBeNull();
});
