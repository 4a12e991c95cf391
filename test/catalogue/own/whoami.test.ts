import { expect, it } from "vitest";
import { whoami } from "../../../src/catalogue/own/whoami.ts";
import { typed } from "../../../src/toolkit/typed.ts";

it("answers wherever it runs, whatever the organisation calls itself", async () => {
  const principal = {
    tenant: "Acme Österreich GmbH",
    subject: "viewer@acme.test",
    display: "Vera",
    roles: ["viewer"] as const,
    client_id: "https://client.example/metadata.json",
    scopes: ["devices:read"],
    session_id: "ses_1",
  };
  const unused = () => {
    throw new Error("asks no vendor");
  };
  const read = await whoami.run(
    {},
    { env: {} as Env, principal, now: 0, upstream: unused, progress: unused },
  );
  expect(read.outcome === "found" && typed(whoami, read.data)).toMatchObject({
    tenant: "Acme Österreich GmbH",
    scopes: ["devices:read"],
  });
});
