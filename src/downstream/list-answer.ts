/** An answer that is one long list, of which only a part is wanted. */
import type * as z from "zod";
import { readVendorAnswer } from "../toolkit/upstream/exchange.ts";
import type { ListPart, ListWindow, UpstreamAnswer } from "../toolkit/upstream/upstream.ts";
import { elementsOf, NotAList } from "./json-list.ts";

/** No documented element comes near this. */
const LONGEST_ELEMENT = 4 * 1024 * 1024;

/** An answer whose body was read as a list, as far as it was wanted; `body` is left empty. */
export interface ListAnswer<Element> extends UpstreamAnswer {
  /** `undefined` where the answer is no success, and was read as any other. */
  readonly list?: ListPart<Element> | { readonly contract_path: string };
}

/** Reads what `window` shows of a successful answer's list, and no further. */
export async function readListAnswer<Schema extends z.ZodType>(
  response: Response,
  schema: Schema,
  window: ListWindow<z.output<Schema>>,
): Promise<ListAnswer<z.output<Schema>>> {
  if (!response.ok) return readVendorAnswer(response);
  const { status, headers } = response;
  const list = await partOf(response, schema, window);
  return { status, headers, body: "", at: Date.now(), list };
}

async function partOf<Schema extends z.ZodType>(
  response: Response,
  schema: Schema,
  { from, most, keep }: ListWindow<z.output<Schema>>,
): Promise<ListPart<z.output<Schema>> | { readonly contract_path: string }> {
  const kept: z.output<Schema>[] = [];
  let place = 0;
  let readable = 0;
  let unreadable = 0;
  let contract_path: string | undefined;
  try {
    // Leaving the loop early cancels the body: the rest isn't even sent.
    for await (const text of elementsOf(textOf(response), LONGEST_ELEMENT)) {
      if (kept.length === most) return { kept, next: place, unreadable };
      if (place >= from) {
        const parsed = schema.safeParse(JSON.parse(text));
        if (parsed.success) {
          readable += 1;
          if (keep(parsed.data)) kept.push(parsed.data);
        } else {
          unreadable += 1;
          contract_path ??= [place, ...(parsed.error.issues[0]?.path ?? [])].join(".");
        }
      }
      place += 1;
    }
    // One bad element doesn't take the others with it. If all are bad, the contract has changed: of a part that begins
    // behind others, that can't be told.
    if (from === 0 && readable === 0 && contract_path !== undefined) return { contract_path };
    return { kept, next: null, unreadable };
  } catch (thrown) {
    if (thrown instanceof NotAList || thrown instanceof SyntaxError) return { contract_path: String(place) };
    throw thrown;
  }
}

async function* textOf(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}
