/**
 * The Worker of the bench, with a queue that is fed by hand: the consumer is handed batches as the platform would hand
 * them over, one after the other.
 */
import sallyport from "./sallyport.ts";

export * from "./sallyport.ts";

/** What became of the messages: those that aren't acknowledged were to come again. */
interface Consumed {
  readonly acknowledged: number;
}

/** Brought beforehand, so that bringing them isn't part of what is timed. */
let brought: readonly string[] = [];

export default {
  ...sallyport,
  async fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    switch (pathname) {
      case "/bench/bring":
        brought = await request.json<string[]>();
        return new Response(null, { status: 204 });
      case "/bench/consume":
        return Response.json(
          await consume(env, ctx, searchParams.get("queue") ?? "", Number(searchParams.get("batch"))),
        );
      default:
        return sallyport.fetch(request, env, ctx);
    }
  },
} satisfies ExportedHandler<Env>;

async function consume(env: Env, ctx: ExecutionContext, queue: string, size: number): Promise<Consumed> {
  let acknowledged = 0;
  for (let first = 0; first < brought.length; first += size) {
    const messages = brought.slice(first, first + size).map((body, nth) => ({
      id: `${first + nth}`,
      timestamp: new Date(),
      body,
      attempts: 1,
      ack: () => {
        acknowledged += 1;
      },
      retry: () => {},
    }));
    await sallyport.queue(
      { queue, messages, metadata: NO_BACKLOG, ackAll: refuse, retryAll: refuse },
      env,
      ctx,
    );
  }
  return { acknowledged };
}

const NO_BACKLOG = { metrics: { backlogCount: 0, backlogBytes: 0 } };

/** The consumer answers for each message by itself; if that changes, this has to count it. */
function refuse(): never {
  throw new Error("the whole batch was answered at once");
}
