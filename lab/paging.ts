/** Pages that go wrong: one that leads back to itself, a last one that is lost, a total that is too large. */
import type { VendorReply, VendorRequest } from "./simulator.ts";

/** What an operation's pages are, as far as they can go wrong. What is left out can't. */
export interface Paging {
  /** The answer, saying that there is more, and that it begins where this page does. */
  leadOn?(request: VendorRequest, reply: VendorReply): VendorReply;
  /** The answer as of a last page, without its records. */
  lose?(reply: VendorReply, request: VendorRequest): VendorReply;
  /** The answer with a total that is larger by one. */
  addOne?(reply: VendorReply): VendorReply;
}

/** For lists with a total, by the dotted paths of both. Where to go on, the caller counts. */
export function counted(records: string, total: string): Required<Paging> {
  const addOne = changing(total, (count) => Number(count) + 1);
  return { leadOn: (_request, reply) => addOne(reply), lose: changing(records, () => []), addOne };
}

/** Changes one value of a successful answer. */
export function changing(
  path: string,
  change: (value: unknown) => unknown,
): (reply: VendorReply) => VendorReply {
  return (reply) =>
    reply.status < 300 ? { ...reply, body: changed(reply.body, path.split("."), change) } : reply;
}

function changed(
  node: unknown,
  [name = "", ...rest]: readonly string[],
  change: (value: unknown) => unknown,
): unknown {
  const object = node as Record<string, unknown>;
  return {
    ...object,
    [name]: rest.length === 0 ? change(object[name]) : changed(object[name], rest, change),
  };
}
