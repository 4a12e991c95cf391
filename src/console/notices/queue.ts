/** Queues notices as events are stored, and delivers them to the webhook. No call waits for that. */
import type { AuditRecord } from "../../../verifier/event/record.ts";
import type { Env } from "../../bindings.ts";
import { alert, reasonOf } from "../../observe/log.ts";
import { readOperation } from "../operations/latest.ts";
import { bodyOf, type Notice, noticeOf, stillHolds } from "./notice.ts";
import { signatureHeaders } from "./signature.ts";

/** How the queues' names end; how they begin differs from tenant to tenant. */
const QUEUE = /-notices(-dead)?$/;
const DEAD = "-notices-dead";
/** How long a receiver gets to answer, in milliseconds. */
const TIMEOUT_MS = 10_000;
const FIRST_RETRY_S = 10;
const LAST_RETRY_S = 900;

/** True for the queue of notices, and for the one where those end up that nobody takes. */
export function isNoticeQueue(queue: string): boolean {
  return QUEUE.test(queue);
}

/**
 * Queues a notice for each event that a person should hear of. It is called where events are stored, off the path:
 * no call waits for a webhook, and an event that comes again queues its notice again rather than losing it.
 */
export async function queueNotices(env: Env, records: readonly AuditRecord[]): Promise<void> {
  if (!env.WEBHOOK_URL) return;
  const notices = records.map(noticeOf).filter((notice) => notice !== null);
  if (notices.length > 0) await env.NOTICE_QUEUE.sendBatch(notices.map((body) => ({ body })));
}

/** Tells the receiver, one notice at a time; what it doesn't take comes again later. */
export async function consumeNotices(batch: MessageBatch, env: Env): Promise<void> {
  const handle = batch.queue.endsWith(DEAD) ? giveUp : tell;
  for (const message of batch.messages as readonly Message<Notice>[]) {
    try {
      await handle(message.body, env);
      message.ack();
    } catch (thrown) {
      const { body, attempts } = message;
      alert("notice_failed", { ...named(body), attempts, reason: reasonOf(thrown) }, "warn");
      const delaySeconds = Math.min(LAST_RETRY_S, FIRST_RETRY_S * 2 ** (attempts - 1));
      message.retry({ delaySeconds });
    }
  }
}

function webhookSecrets({ WEBHOOK_SECRET, WEBHOOK_SECRET_PREVIOUS }: Env): string[] {
  return [WEBHOOK_SECRET, WEBHOOK_SECRET_PREVIOUS].filter(Boolean);
}

async function tell(notice: Notice, env: Env): Promise<void> {
  const { event_id, operation_id } = notice;
  const known = await env.DB.prepare("SELECT 1 FROM notices WHERE event_id = ?").bind(event_id).first();
  if (known !== null) return;
  const operation = await readOperation(env, operation_id);
  // Somebody was faster than the message: there is nothing left to ask for.
  if (operation === null || !stillHolds(notice, operation)) return;

  const body = bodyOf(notice, operation, env);
  const answer = await fetch(env.WEBHOOK_URL, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...signatureHeaders(webhookSecrets(env), event_id, body, Date.now()),
    },
    body,
    // A notice goes where it was configured to go, and nowhere else.
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`the webhook answered ${answer.status}`);
  await note(env, notice, "delivered");
}

async function giveUp(notice: Notice, env: Env): Promise<void> {
  await note(env, notice, "undelivered");
  alert("notice_undelivered", named(notice));
}

async function note(env: Env, { event_id }: Notice, outcome: "delivered" | "undelivered"): Promise<void> {
  await env.DB.prepare(
    "INSERT INTO notices (event_id, outcome) VALUES (?, ?) ON CONFLICT (event_id) DO NOTHING",
  )
    .bind(event_id, outcome)
    .run();
}

/** Nothing of the operation but its id. */
function named({ event_id, operation_id }: Notice): { event_id: string; operation_id: string } {
  return { event_id, operation_id };
}
