import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import type { Notice } from "../../src/console/notices/notice.ts";
import { noticeProblems } from "../../src/console/notices/problems.ts";
import { consumeNotices } from "../../src/console/notices/queue.ts";
import { effectOf, type Held, held } from "../support/worker/held.ts";
import { lab } from "../support/worker/lab.ts";
import { signedIn } from "../support/worker/people.ts";

const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
/** Nobody listens there: whatever is sent fails. */
const NOWHERE: Env = { ...env, WEBHOOK_URL: "http://127.0.0.1:9/", WEBHOOK_SECRET: SECRET };

let devices: string[] = [];

beforeAll(async () => {
  devices = await lab.devices();
});

function noticeFor({ id }: Held): Notice {
  return {
    event_id: crypto.randomUUID(),
    at: new Date().toISOString(),
    operation_id: id,
    about: "awaiting_approval",
  };
}

/** What becomes of a message: taken, or to come again. */
async function handled(body: Notice, queue = "sallyport-notices"): Promise<"taken" | "again"> {
  const message = { id: "1", timestamp: new Date(), attempts: 1, body };
  const batch = createMessageBatch<Notice>(queue, [message]);
  await consumeNotices(batch, NOWHERE);
  const { explicitAcks } = await getQueueResult(batch, createExecutionContext());
  return explicitAcks.includes("1") ? "taken" : "again";
}

describe("a notice", () => {
  test("that nobody takes comes again", async () => {
    expect(await handled(noticeFor(await held(devices.pop() ?? "")))).toBe("again");
  });

  test("about what was decided meanwhile is not sent", async () => {
    const operation = await held(devices.pop() ?? "");
    const { subject, person, session_id } = await signedIn("decider", "approver", "console");
    const by = { subject, person, session_id };
    await effectOf(operation.id).decide(operation.id, { decision: "deny", by, reason: "No" });
    expect(await handled(noticeFor(operation))).toBe("taken");
  });

  test("that was delivered is not sent again, though its event came twice", async () => {
    const notice = noticeFor(await held(devices.pop() ?? ""));
    await env.DB.prepare("INSERT INTO notices (event_id, outcome) VALUES (?, 'delivered')")
      .bind(notice.event_id)
      .run();
    expect(await handled(notice)).toBe("taken");
  });

  test("that was tried too often is on record as undelivered", async () => {
    const notice = noticeFor(await held(devices.pop() ?? ""));
    expect(await handled(notice, "sallyport-notices-dead")).toBe("taken");
    const row = await env.DB.prepare("SELECT outcome FROM notices WHERE event_id = ?")
      .bind(notice.event_id)
      .first();
    expect(row).toEqual({ outcome: "undelivered" });
  });
});

describe("the webhook's configuration", () => {
  test("may be left out, and isn't half there", () => {
    expect(noticeProblems({ ...env, WEBHOOK_URL: "", WEBHOOK_SECRET: "" })).toEqual([]);
    expect(noticeProblems(NOWHERE)).toEqual([]);
    expect(noticeProblems({ ...NOWHERE, WEBHOOK_SECRET: "" })).toEqual([
      expect.stringMatching(/^WEBHOOK_SECRET must be/),
    ]);
    expect(noticeProblems({ ...NOWHERE, WEBHOOK_SECRET: "whsec_c2hvcnQ=" })).toHaveLength(1);
    expect(noticeProblems({ ...NOWHERE, WEBHOOK_URL: "http://hooks.example/" })).toEqual([
      expect.stringMatching(/^WEBHOOK_URL must be/),
    ]);
  });
});
