import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { hosts } from "../../lab/estate/hosts.ts";
import { isScanned } from "../../lab/tenable/assets.ts";
import { stableUuid } from "../../lab/tenable/uuid.ts";
import { resetLab } from "../downstream/lab-control.ts";
import { agentOf, call } from "../support/worker/agent.ts";
import { calls } from "../support/worker/chain.ts";
import { lab } from "../support/worker/lab.ts";
import { signedIn } from "../support/worker/people.ts";

const SCOPES = ["vulnerabilities:read", "devices:read"];
const host = hosts.find((one) => one.online && isScanned(one));
const device = `crowdstrike:${host?.id}`;

beforeEach(resetLab);

async function asks(person: string, asked: object, scopes = SCOPES) {
  const requester = await signedIn(person, "viewer");
  const answer = await call(await agentOf(requester, scopes), "search_vulnerabilities", { ...asked });
  const last = (await calls<{ upstream: { source: string }[] }>(requester)).at(-1);
  return { answer, asked: [...new Set(last?.upstream.map(({ source }) => source))] };
}

test("the scanner finds a device by Falcon's id of it, and the audit has the exchanges with both", async () => {
  const { answer, asked } = await asks("named-1", { device });
  expect(answer).toMatchObject({
    status: "ok",
    coverage: {
      complete: true,
      searched: { device },
      sources: [{ source: "tenable", matched: [{ id: `tenable:${stableUuid(`asset/${host?.id}`)}` }] }],
    },
  });
  expect(asked).toEqual(["crowdstrike", "tenable"]);
});

test("a device that Falcon doesn't know isn't found, and the scanner isn't asked", async () => {
  const unknown = `crowdstrike:${"0".repeat(32)}`;
  const { answer, asked } = await asks("named-2", { device: unknown });
  expect(answer).toMatchObject({
    status: "not_found",
    resource: { kind: "device", id: unknown },
    coverage: {
      sources: [
        { source: "crowdstrike", status: "not_found" },
        { source: "tenable", status: "not_asked" },
      ],
    },
  });
  expect(asked).toEqual(["crowdstrike"]);
});

test("without the scope for devices nobody is asked, and a name works", async () => {
  const { answer } = await asks("named-3", { device }, ["vulnerabilities:read"]);
  expect(answer).toMatchObject({
    status: "error",
    error: {
      kind: "permission",
      code: "scope_missing",
      required_scopes: ["vulnerabilities:read", "devices:read"],
      next_step: expect.stringContaining("name or an address"),
    },
  });
  expect(await lab.requests()).toBe(0);
  const byName = await asks("named-4", { device: host?.hostname }, ["vulnerabilities:read"]);
  expect(byName).toMatchObject({ answer: { status: "ok" }, asked: ["tenable"] });
});

test("a credential that is switched off finds no names, and stops no search by name", async () => {
  const tenant = env.TENANT_OBJECT.getByName(env.TENANT);
  const turn = (disabled: boolean) =>
    tenant.switch({
      kind: "credential",
      name: "crowdstrike.read",
      disabled,
      by: "admin@acme.test",
      reason: "test",
    });
  await turn(true);
  try {
    const { answer } = await asks("named-5", { device });
    expect(answer).toMatchObject({
      error: { code: "tool_disabled", message: expect.stringContaining("crowdstrike.read") },
    });
    expect(await lab.requests()).toBe(0);
    expect((await asks("named-6", { device: host?.hostname })).answer).toMatchObject({ status: "ok" });
  } finally {
    await turn(false);
  }
});
