/** The faults that tests may post, and when each takes its course. */
import * as z from "zod";
import { Bell } from "./bell.ts";
import type { Operation, VendorReply } from "./simulator.ts";
import type { Storage } from "./storage.ts";
import type { Tokens } from "./tokens.ts";

/** What can go wrong between a connector and a vendor. `simulation.ts` says what each does. */
const faultModes = [
  "status",
  "slow",
  "reset",
  "drop_after_effect",
  "hold_after_effect",
  "error_after_effect",
  "rate_limit",
  "expire_tokens",
  "drift",
  "malformed",
  "html",
  "partial",
  "empty",
  "redirect",
  "rate_limit_date",
  "large",
  "trickle",
  "repeat",
  "lost_page",
  "larger_total",
] as const;

/** One of the modes above. */
export type FaultMode = (typeof faultModes)[number];

/** A fault as posted, with how often it has begun to take its course. */
export interface Fault {
  id: number;
  vendor: string;
  /** The vendor document's operationId; without it the fault holds for all operations of the vendor. */
  operation?: string | undefined;
  mode: FaultMode;
  status?: number | undefined;
  delay_ms?: number | undefined;
  /** How many requests it holds for; without it, until cleared. */
  times?: number | undefined;
  fired: number;
}

/** What a simulator has to say about itself for faults to be checked against. */
export interface FaultSubject {
  vendor: string;
  operations: readonly Pick<Operation, "id" | "takesToken" | "paging">[];
}

const maxDelayMs = 7_200_000;

function faultSchema(subjects: readonly FaultSubject[]) {
  return z
    .strictObject({
      vendor: z.enum(subjects.map((subject) => subject.vendor)),
      operation: z.string().optional(),
      mode: z.enum(faultModes),
      status: z.int().min(200).max(599).optional(),
      delay_ms: z.int().min(0).max(maxDelayMs).optional(),
      times: z.int().min(1).optional(),
    })
    .check((ctx) => {
      const { vendor, operation, mode, status } = ctx.value;
      const known = subjects.find((subject) => subject.vendor === vendor)?.operations ?? [];
      const refuse = (path: string, input: unknown, message: string) =>
        ctx.issues.push({ code: "custom", path: [path], input, message });
      if (operation !== undefined && !known.some(({ id }) => id === operation)) {
        refuse(
          "operation",
          operation,
          `unknown operation; expected one of ${known.map(({ id }) => id).join(", ")}`,
        );
      }
      const answersFailure = mode === "status" || mode === "error_after_effect";
      if (answersFailure && status !== undefined && status < 300) {
        refuse("status", status, `mode ${mode} answers a failure: expected 300 to 599`);
      }
      if (mode === "expire_tokens" && known.some(({ id, takesToken }) => id === operation && !takesToken)) {
        refuse("operation", operation, "this operation takes no token that could expire");
      }
      const paging = known.find(({ id }) => id === operation)?.paging;
      if ((mode === "lost_page" && !paging?.lose) || (mode === "larger_total" && !paging?.addOne)) {
        refuse("operation", operation, `mode ${mode} needs an operation that has such pages`);
      }
    });
}

/** The queue of faults: the first that matches a request and isn't used up takes it. */
export class Faults {
  readonly #storage: Storage;
  readonly #tokens: Tokens;
  readonly #schema: ReturnType<typeof faultSchema>;
  readonly #subjects: readonly FaultSubject[];
  readonly #bell = new Bell();
  readonly #firstReplies = new Map<number, VendorReply>();

  constructor(storage: Storage, tokens: Tokens, subjects: readonly FaultSubject[]) {
    this.#storage = storage;
    this.#tokens = tokens;
    this.#subjects = subjects;
    this.#schema = faultSchema(subjects);
  }

  /**
   * Checks and queues a fault.
   * @throws z.ZodError naming the field that is wrong.
   */
  add(input: unknown): Fault {
    const posted = this.#schema.parse(input);
    // A token expires once; what comes after a renewed token works again, unless the caller asks for more.
    const fault = posted.mode === "expire_tokens" ? { times: 1, ...posted } : posted;
    return this.#storage.transaction(() => {
      // At once, not with the next request: every token issued so far is dead, whichever credential it belongs to.
      if (fault.mode === "expire_tokens") this.#tokens.expireAll(fault.vendor);
      this.#storage.run("INSERT INTO faults (body, fired) VALUES (?, 0)", JSON.stringify(fault));
      const id = this.#storage.get<{ id: number }>("SELECT last_insert_rowid() AS id")?.id ?? 0;
      return { id, ...fault, fired: 0 };
    });
  }

  /** The fault that holds for a request, counted as fired; nothing if none does. */
  take(vendor: string, operation: string): Fault | undefined {
    const takesToken = this.#subjects
      .find((subject) => subject.vendor === vendor)
      ?.operations.some(({ id, takesToken }) => id === operation && takesToken);
    const fault = this.list().find(
      (fault) =>
        fault.vendor === vendor &&
        (fault.operation === undefined || fault.operation === operation) &&
        (fault.times === undefined || fault.fired < fault.times) &&
        (fault.mode !== "expire_tokens" || takesToken === true),
    );
    if (!fault) return undefined;
    this.#storage.run("UPDATE faults SET fired = fired + 1 WHERE id = ?", fault.id);
    this.#bell.ring();
    return { ...fault, fired: fault.fired + 1 };
  }

  /** All faults in order, used up ones included. */
  list(): Fault[] {
    return this.#storage
      .all<{ id: number; body: string; fired: number }>("SELECT id, body, fired FROM faults ORDER BY id")
      .map(({ id, body, fired }) => ({ id, ...(JSON.parse(body) as Omit<Fault, "id" | "fired">), fired }));
  }

  /** Resolves when faults have begun to fire `count` times in all, or after `timeoutMs`. */
  firedAtLeast(count: number, timeoutMs: number): Promise<void> {
    const fired = () => this.list().reduce((sum, fault) => sum + fault.fired, 0);
    return this.#bell.until(() => fired() >= count, timeoutMs);
  }

  /** What a request came to first under a fault: each later one gets the same, as of a cursor that doesn't move. */
  repeated({ id }: Fault, perform: () => VendorReply): VendorReply {
    const first = this.#firstReplies.get(id) ?? perform();
    this.#firstReplies.set(id, first);
    return first;
  }

  /** Removes all faults. A request that a fault already holds stays held. */
  clear(): void {
    this.#storage.run("DELETE FROM faults");
    this.#firstReplies.clear();
  }
}
