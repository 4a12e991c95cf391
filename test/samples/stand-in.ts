/** Stands where the vendors would be, and answers with what the present case says. */
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Sample } from "./sample.ts";
import type { Answer, Answering, SampleCase, SampleVendor } from "./vendor.ts";

/** The one sample that is being fed through. */
interface Present {
  readonly vendor: SampleVendor;
  readonly sample: Sample;
  readonly case: SampleCase;
  readonly counts: Map<string, number>;
}

/** A request on its way to the lab. */
interface Forwarded {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly headers: IncomingMessage["headers"];
}

export class StandIn {
  readonly #vendors: readonly SampleVendor[];
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  #present: Present | undefined;
  /** Requests that no route or no answer was found for: each is a mistake of the case, or of the connector. */
  readonly strays: string[] = [];

  constructor(vendors: readonly SampleVendor[]) {
    this.#vendors = vendors;
  }

  /** @returns its origin */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  /** Answers of the lab that passed through, by operation. */
  readonly passed = new Map<string, unknown[]>();
  #lab: string | undefined;

  /** From now on, the lab answers, and its answers are kept in {@link passed}. */
  passOnTo(labUrl: string): void {
    this.passed.clear();
    this.#present = undefined;
    this.#lab = labUrl;
  }

  /** From now on, this sample is what its operation answers. */
  show(vendor: SampleVendor, sample: Sample, its: SampleCase): void {
    this.strays.length = 0;
    this.#present = { vendor, sample, case: its, counts: new Map() };
  }

  /** Whether the sample's own operation was asked for. */
  wasAsked(): boolean {
    return this.#present?.counts.has(this.#present.sample.operation) ?? false;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://stand-in");
    const [, name = "", ...rest] = url.pathname.split("/");
    const path = `/${rest.join("/")}`;
    const method = request.method ?? "GET";
    const body = await text(request);
    const vendor = this.#vendors.find((known) => known.name === name);
    const route = vendor?.routes.find((known) => known.method === method && known.path.test(path));
    if (this.#lab !== undefined && this.#present === undefined) {
      const forwarded = { method, path: `${url.pathname}${url.search}`, body, headers: request.headers };
      await this.#passOn(this.#lab, route?.operation, forwarded, response);
      return;
    }
    const answer = vendor && route && this.#answerOf(vendor, route.operation, { method, url, body });
    if (answer === undefined) {
      this.strays.push(`${method} ${url.pathname}`);
      response.writeHead(501).end();
      return;
    }
    const json = "json" in answer;
    response.writeHead(answer.status ?? 200, {
      "content-type": json ? "application/json" : "text/html",
      ...answer.headers,
    });
    response.end(json ? JSON.stringify(answer.json) : answer.text);
  }

  async #passOn(
    lab: string,
    operation: string | undefined,
    { method, path, body, headers }: Forwarded,
    response: ServerResponse,
  ): Promise<void> {
    // The host stays: what a client proves of an address, it proves of the one that it knows.
    const { connection: _connection, "content-length": _length, ...rest } = headers;
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request(`${lab}${path}`, { method, headers: rest }, resolve).on("error", reject).end(body);
    });
    const status = answer.statusCode ?? 500;
    const received = await text(answer);
    if (operation !== undefined && status < 300 && received !== "") {
      this.passed.set(operation, [...(this.passed.get(operation) ?? []), JSON.parse(received)]);
    }
    const { "content-length": _old, "transfer-encoding": _coding, ...kept } = answer.headers;
    response.writeHead(status, kept).end(received);
  }

  #answerOf(
    vendor: SampleVendor,
    operation: string,
    request: { readonly method: string; readonly url: URL; readonly body: string },
  ): Answer | undefined {
    const present = this.#present?.vendor === vendor ? this.#present : undefined;
    const nth = (present?.counts.get(operation) ?? 0) + 1;
    present?.counts.set(operation, nth);
    const scripted = present?.case.others?.[operation];
    if (present?.sample.operation === operation && (nth === 1 || scripted === undefined)) {
      const { http_status: status, headers, content_type, json } = present.sample;
      const shown = json && vendor.shown?.(present.sample, { operation, nth, ...request });
      const text = shown === undefined ? present.sample.body : JSON.stringify(shown);
      return { text, status, headers: { "content-type": content_type, ...headers } };
    }
    const answering: Answering | undefined = scripted ?? vendor.usual[operation];
    return typeof answering === "function" ? answering({ operation, nth, ...request }) : answering;
  }
}
