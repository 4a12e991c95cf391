import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { clientOf, ENVELOPE, ERAS, handedOn } from "../support/worker/eras.ts";
import { signedIn } from "../support/worker/people.ts";

describe.each(ERAS)("progress, for a client of %s", (era) => {
  it("is told while a read goes on, before its answer", async () => {
    const { client } = await clientOf(await signedIn(`progress-${era}`, "viewer"), era);
    const heard: { progress: number; total?: number }[] = [];
    let answered = false;
    await client.callTool(
      { name: "check_control", arguments: { control_id: "users-inactive" } },
      {
        onprogress: ({ progress, total }) => {
          expect(answered).toBe(false);
          heard.push({ progress, ...(total === undefined ? {} : { total }) });
        },
      },
    );
    answered = true;
    expect(heard).toEqual([{ progress: 1, total: 1 }]);
  });
});

describe.each(ERAS)("a changed role, to a client of %s that listens", (era) => {
  it("is told as lists that have changed", async () => {
    const person = await signedIn(`changed-${era}`, "responder");
    const { client } = await clientOf(person, era);
    const changed: string[] = [];
    const all = new Promise<void>((resolve) => {
      for (const list of ["tools", "resources", "prompts"] as const) {
        client.setNotificationHandler(`notifications/${list}/list_changed`, () => {
          changed.push(list);
          if (changed.length === 3) resolve();
        });
      }
    });
    if (era === "2026-07-28") {
      await client.listen({ toolsListChanged: true, resourcesListChanged: true, promptsListChanged: true });
    }
    await env.PERSON.getByName(person.person).signIn({
      person: person.person,
      subject: person.subject,
      display: person.display,
      client_id: "another-client",
      roles: ["viewer"],
      policy_version: "1",
      upstream_refresh_token: null,
    });
    await all;
    expect(changed.toSorted()).toEqual(["prompts", "resources", "tools"]);
    await client.close();
  });
});

it("a session that was revoked ends its streams in both eras", async () => {
  const person = await signedIn("ended-streams", "viewer");
  const headers = handedOn(person);
  const stub = env.SESSION.getByName(person.session_id);
  const mcp = `${env.PUBLIC_URL}/mcp`;
  const body = JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } },
  });
  const initialized = await stub.fetch(mcp, { method: "POST", headers, body });
  await initialized.text();
  const stream = await stub.fetch(mcp, {
    headers: { ...headers, "mcp-session-id": initialized.headers.get("mcp-session-id") ?? "" },
  });
  const subscription = await listen(person, 2);
  expect([stream.status, subscription.status]).toEqual([200, 200]);
  const ends = Promise.all([stream.text().catch(() => ""), subscription.text().catch(() => "")]);
  await env.PERSON.getByName(person.person).revoke("all", "admin@acme.test");
  expect(await ends).toHaveLength(2);
});

it("a client that subscribes again and again is never refused: the oldest subscription ends", async () => {
  const person = await signedIn("many-subscriptions", "viewer");
  const subscriptions: Response[] = [];
  for (let id = 1; id <= 10; id += 1) subscriptions.push(await listen(person, id));
  expect(subscriptions.map(({ status }) => status)).toEqual(Array(10).fill(200));
  const ended: number[] = [];
  const ends = subscriptions.map((subscription, nth) =>
    subscription
      .text()
      .catch(() => "")
      .then(() => ended.push(nth)),
  );
  await Promise.all(ends.slice(0, 2));
  expect(ended.toSorted()).toEqual([0, 1]);
  await env.PERSON.getByName(person.person).revoke("all", "admin@acme.test");
  expect(await Promise.all(ends)).toHaveLength(10);
});

/** Subscribes as a client of 2026-07-28. */
function listen(
  person: Awaited<ReturnType<typeof signedIn>>,
  id: number,
  notifications: Readonly<Record<string, boolean>> = { toolsListChanged: true },
): Promise<Response> {
  const params = { notifications, _meta: ENVELOPE };
  return env.SESSION.getByName(person.session_id).fetch(`${env.PUBLIC_URL}/mcp`, {
    method: "POST",
    headers: {
      ...handedOn(person),
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "subscriptions/listen",
    },
    body: JSON.stringify({ jsonrpc: "2.0", id, method: "subscriptions/listen", params }),
  });
}
