import { once } from "node:events";
import {
  createServer as createHttpServer,
  type IncomingMessage,
  request,
  type ServerResponse,
} from "node:http";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { LOOPBACK } from "../../cli/local/ports.ts";

interface Hold {
  readonly what: "connection" | "request" | "answer";
  readonly path: string;
  /** For a connection: the answer that it follows has come by. */
  armed: boolean;
  readonly resolve: (body: string) => void;
}

/**
 * Passes HTTP on, and can stop at a moment that neither end shows by itself: a connection of which nothing has
 * been read, a request that has left and hasn't arrived, or an answer that has been given and hasn't.
 *
 * Every request gets a connection of its own, so that the next connection is the next request.
 */
export class Relay {
  /** Its origin. */
  readonly url: string;
  /** Origin that requests go to. To be set before the first one. */
  target = "";
  readonly #stop: () => void;
  readonly #sockets = new Set<Socket>();
  #hold: Hold | undefined;

  private constructor(url: string, stop: () => void) {
    this.url = url;
    this.#stop = stop;
  }

  /** Listens on a free port of this machine. */
  static async open(): Promise<Relay> {
    const http = createHttpServer((incoming, outgoing) => relay.#pass(incoming, outgoing));
    const listener = createServer({ pauseOnConnect: true }, (socket) => relay.#accept(socket, http));
    listener.listen(0, LOOPBACK);
    await once(listener, "listening");
    const { port } = listener.address() as AddressInfo;
    const relay = new Relay(`http://localhost:${port}`, () => listener.close());
    return relay;
  }

  /**
   * After the next answer from `path`: accepts one more connection and reads nothing of it. Resolves when it is
   * there. Whatever is sent on it is lost.
   */
  async holdConnectionAfter(path: string): Promise<void> {
    await this.#next("connection", path);
  }

  /** Takes the next request for `path` and passes nothing of it on. Resolves when it is there. */
  async holdRequest(path: string): Promise<void> {
    await this.#next("request", path);
  }

  /** Reads the next answer from `path` to its end and passes nothing of it on. Resolves with its body. */
  holdAnswer(path: string): Promise<string> {
    return this.#next("answer", path);
  }

  /** Cuts every connection, and holds nothing back any more. */
  cut(): void {
    this.#hold = undefined;
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.#stop();
    this.cut();
  }

  #next(what: Hold["what"], path: string): Promise<string> {
    return new Promise((resolve) => {
      this.#hold = { what, path, armed: false, resolve };
    });
  }

  #accept(socket: Socket, http: ReturnType<typeof createHttpServer>): void {
    this.#sockets.add(socket);
    socket.on("error", () => socket.destroy()).on("close", () => this.#sockets.delete(socket));
    if (this.#hold?.what === "connection" && this.#hold.armed) {
      this.#caught("");
    } else {
      http.emit("connection", socket);
      socket.resume();
    }
  }

  #pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    if (this.#hold?.what === "request" && incoming.url?.startsWith(this.#hold.path)) {
      this.#caught("");
      return;
    }
    const { host } = new URL(this.target);
    const onward = request(`${this.target}${incoming.url}`, {
      method: incoming.method,
      // Uncompressed, so that what is kept back can be read.
      headers: { ...incoming.headers, host, connection: "close", "accept-encoding": "identity" },
    });
    onward.on("error", () => outgoing.destroy());
    outgoing.on("close", () => onward.destroy());
    onward.on("response", (answer) => void this.#answer(answer, outgoing, incoming.url ?? ""));
    incoming.pipe(onward);
  }

  async #answer(answer: IncomingMessage, outgoing: ServerResponse, url: string): Promise<void> {
    const hold = url.startsWith(this.#hold?.path ?? "\0") ? this.#hold : undefined;
    if (hold?.what === "answer") return this.#caught(await text(answer));
    // Before it is passed on: whoever gets it may send the next request at once.
    if (hold?.what === "connection") hold.armed = true;
    outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, connection: "close" });
    answer.pipe(outgoing);
  }

  #caught(body: string): void {
    this.#hold?.resolve(body);
    this.#hold = undefined;
  }
}
