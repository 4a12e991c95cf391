import { Agent, request } from "node:http";
import type { Connection } from "./connect.ts";
import { body, type Call, headersOf } from "./messages.ts";

/** What one connection asks next, and what counts as an answer. */
export interface Load {
  next(connection: Connection): Call;
  /** What has to be done before each call, and is measured with it. */
  readonly begin?: (connection: Connection) => Promise<Connection>;
  /** True for the body of the answer that is measured: a refusal is fast, and would pass for speed. */
  accepts(answer: string): boolean;
}

/** What one run came to. */
export interface Run {
  /** Of each answer, in milliseconds, in no particular order. */
  readonly latencies_ms: readonly number[];
  readonly per_second: number;
}

/**
 * Asks on all `connections` at once, each with its next request as soon as it has its answer, for `seconds`. What
 * is on the way then is waited for and counted.
 * @throws Error with the first answer that `load` doesn't accept
 */
export async function drive(connections: readonly Connection[], load: Load, seconds: number): Promise<Run> {
  const latencies_ms: number[] = [];
  const began = performance.now();
  const until = began + seconds * 1000;
  await Promise.all(
    connections.map(async (connection) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      try {
        while (performance.now() < until) {
          const call = load.next(connection);
          const asked_at = performance.now();
          const begun = await (load.begin?.(connection) ?? connection);
          const answer = await ask(agent, begun, call);
          latencies_ms.push(performance.now() - asked_at);
          if (!load.accepts(answer)) throw new Error(`${call.tool} was answered ${answer.slice(0, 1000)}`);
        }
      } finally {
        agent.destroy();
      }
    }),
  );
  return { latencies_ms, per_second: latencies_ms.length / ((performance.now() - began) / 1000) };
}

/** Node's plain client: on two cores, what the driver takes the server lacks. */
function ask(agent: Agent, { url, lane, headers }: Connection, call: Call): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const content = body(lane, call);
  const sent = request(
    {
      agent,
      // Without a look-up of `localhost` for each connection.
      host: "127.0.0.1",
      port: url.port,
      path: url.pathname,
      method: "POST",
      headers: {
        host: url.host,
        ...headers,
        ...headersOf(lane, call),
        "content-length": Buffer.byteLength(content),
      },
    },
    (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`HTTP ${response.statusCode}: ${text.slice(0, 1000)}`));
      });
      response.on("error", reject);
    },
  );
  sent.on("error", reject);
  sent.end(content);
  return promise;
}
