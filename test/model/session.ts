import type { Effects } from "../../src/effect/effects.ts";
import type { Operation, Requester } from "../../src/effect/machine/operation.ts";
import type { Ready } from "../../src/effect/ports.ts";
import type { Claim, Go, OperationView } from "../../src/effect/protocol.ts";
import { digest } from "../../src/toolkit/digest.ts";
import { newOperationId } from "../../src/toolkit/operation-id.ts";
import { type Asked, modelTool } from "./tools.ts";
import { dataOf } from "./vendor.ts";

/** What a caller says besides what the call is about. */
export interface Words {
  readonly requester: Requester;
  readonly key: number | null;
  readonly supersedes: string | null;
}

/** What a call came to. */
export interface Answered {
  readonly view: OperationView;
  /** The caller's own key stood for that operation already. */
  readonly by_key: boolean;
}

/** What a session sees of the target, and when it hears of it. */
export type Look = (operation: Operation) => Promise<{ readonly in_effect: boolean } | null>;

/** The sessions' side: their keys, and steps 4 to 6 of the path. */
export class Sessions {
  readonly #keys = new Map<string, { readonly fingerprint: string; readonly operation_id: string }>();

  /** @returns `null` where the answer is no operation's own */
  async walk(asked: Asked, words: Words, effects: Effects<Ready>, look: Look): Promise<Answered | null> {
    const { requester, key } = words;
    const fresh = newOperationId("acme", asked.target);
    const named = key === null ? null : `${requester.session_id}/${key}`;
    const known = named === null ? undefined : this.#keys.get(named);
    if (known !== undefined && known.fingerprint !== asked.key) return null;
    const operation_id = known?.operation_id ?? fresh;
    const bind = (id: string) => {
      if (named !== null) this.#keys.set(named, { fingerprint: asked.key, operation_id: id });
    };
    bind(operation_id);
    const { session_id } = requester;
    const claim: Claim = {
      ...asked,
      ...{ operation_id, requester, supersedes: words.supersedes, reason: "model", trace_id: null },
      caller_key: key === null ? null : digest({ session_id, key }),
    };
    const claimed = await effects.claim(claim);
    if (claimed.kind !== "new" && claimed.kind !== "match") return null;
    const { operation } = claimed;
    bind(operation.id);
    const answered = (view: OperationView): Answered => ({ view, by_key: known?.operation_id === view.id });
    const waits = operation.state.startsWith("awaiting");
    const other = waits && operation.requester.subject !== requester.subject;
    if (claimed.kind === "match" && operation.state !== "failed_safe" && !other) return answered(operation);
    return this.#gate(claim, operation, claimed.as_of, effects, look).then((view) => view && answered(view));
  }

  async #gate(
    claim: Claim,
    operation: OperationView,
    as_of: number,
    effects: Effects<Ready>,
    look: Look,
  ): Promise<OperationView | null> {
    const { requester, input } = claim;
    const seen = await look({ ...operation, ...claim } as unknown as Operation);
    if (seen === null) {
      await effects.abandon(operation.id, null);
      return null;
    }
    const before = dataOf(claim);
    const landed = modelTool(claim.tool).creates !== undefined && seen.in_effect;
    const go: Go = {
      ...{ requester, input, reason: "model", policy_version: "1", before, as_of },
      in_effect: seen.in_effect,
      ...(landed ? { landed } : {}),
    };
    if (requester.roles.includes("responder")) {
      const executed = await effects.execute(operation.id, go);
      return executed.kind === "dispatched" || executed.kind === "match" ? executed.operation : null;
    }
    if (operation.state.startsWith("awaiting")) return operation;
    let { id } = operation;
    if (operation.state === "failed_safe") {
      const fresh = { ...claim, operation_id: newOperationId("acme", claim.target) };
      const instead = await effects.claimInstead(fresh, operation.id);
      if (instead.kind !== "new") return null;
      id = instead.operation.id;
    }
    return effects.hold(id, {
      for: "approval",
      policy_version: "1",
      because: "model",
      before,
      attributes: {},
    });
  }
}
