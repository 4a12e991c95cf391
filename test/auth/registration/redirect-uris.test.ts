import { expect, test } from "vitest";
import { mayGetCodes } from "../../../src/auth/registration/redirect-uris.ts";

test.each([
  ["https://client.example/callback", true],
  ["http://127.0.0.1:1234/callback", true],
  ["http://localhost/callback?x=1", true],
  ["cursor://anysphere.cursor-mcp/oauth/callback", true],
  // As it is sent back, with the answer behind it.
  ["cursor://anysphere.cursor-mcp/oauth/callback?code=1", true],
  ["cursor://anysphere.cursor-mcp/oauth/callback/more", false],
  ["CURSOR://anysphere.cursor-mcp/oauth/callback", false],
  ["http://client.example/callback", false],
  ["com.example.app:/callback", false],
  ["javascript:alert(1)", false],
  ["nothing", false],
])("%s gets codes: %s", (uri, may) => {
  expect(mayGetCodes(uri)).toBe(may);
});
