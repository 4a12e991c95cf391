import type { z } from "zod";
import type { ListPart, ListWindow, Upstream, UpstreamRequest } from "../../src/toolkit/upstream/upstream.ts";

/** What a connector asks, and an answer that the vendor could give for each operation. */
export class RecordedRequests implements Upstream {
  readonly source = "recorded";
  readonly asked: UpstreamRequest[] = [];
  readonly #answers: Readonly<Record<string, unknown>>;

  /** @param answers by operation */
  constructor(answers: Readonly<Record<string, unknown>>) {
    this.#answers = answers;
  }

  async read<Schema extends z.ZodType>(request: UpstreamRequest, schema: Schema): Promise<z.output<Schema>> {
    return (await this.readWithHeaders(request, schema)).body;
  }

  async readWithHeaders<Schema extends z.ZodType>(request: UpstreamRequest, schema: Schema) {
    this.asked.push(request);
    return { body: schema.parse(this.#answers[request.operation]), headers: new Headers() };
  }

  async readList<Schema extends z.ZodType>(
    request: UpstreamRequest,
    element: Schema,
    { keep }: ListWindow<z.output<Schema>>,
  ): Promise<ListPart<z.output<Schema>>> {
    this.asked.push(request);
    const list = (this.#answers[request.operation] as unknown[]).map((item) => element.safeParse(item));
    const readable = list.flatMap((parsed) => (parsed.success ? [parsed.data] : []));
    return { kept: readable.filter(keep), next: null, unreadable: list.length - readable.length };
  }
}
