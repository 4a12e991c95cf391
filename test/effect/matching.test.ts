import { describe, expect, it } from "vitest";
import { DENIAL_LIFE_MS, match, type Standing, type Wanted } from "../../src/effect/matching.ts";
import { type Operation, operationKey } from "../../src/effect/operation.ts";
import { operation, REQUESTER, TARGET } from "./operation-builder.ts";

const NOW = 10_000_000;
const WINDOW_MS = 60_000;
const SECOND = { ...REQUESTER, subject: "responder2@acme.test" };

const WANTED: Wanted = {
  key: "key-1",
  subject: REQUESTER.subject,
  supersedes: null,
  known: null,
  window_ms: WINDOW_MS,
};

const EMPTY: Standing = {
  known: null,
  same: [],
  busy: null,
  reversal: null,
  superseder: null,
  superseded: null,
};

function answers(standing: Partial<Standing>, wanted: Partial<Wanted> = {}, now = NOW): string {
  const found = match({ ...WANTED, ...wanted }, { ...EMPTY, ...standing }, now);
  return found.match === "operation" || found.match === "busy"
    ? `${found.match} ${found.operation.id}`
    : found.match;
}

const succeeded = (changes: Partial<Operation> = {}): Operation =>
  operation({ id: "first", state: "succeeded", state_at: NOW, dispatch_order: 1, ...changes });

describe("which operation answers", () => {
  it("none, where nothing was asked for before", () => {
    expect(answers({})).toBe("none");
  });

  it.each([
    "claimed",
    "awaiting_confirmation",
    "awaiting_approval",
    "approved",
    "executing",
    "unknown",
    "probing",
    "needs_operator",
  ] as const)("one that is %s, of any age", (state) => {
    expect(answers({ same: [operation({ id: "first", state, state_at: 0 })] })).toBe("operation first");
  });

  it("a success within the tool's window, counted from the success, and not after", () => {
    expect(answers({ same: [succeeded({ created_at: 0, state_at: NOW - WINDOW_MS + 1 })] })).toBe(
      "operation first",
    );
    expect(answers({ same: [succeeded({ state_at: NOW - WINDOW_MS })] })).toBe("none");
  });

  const failed = (changes: Partial<Operation> = {}) =>
    operation({ id: "first", state: "failed_safe", state_at: NOW, dispatch_order: 1, ...changes });

  it("what failed safe within the window: it is retried, not begun anew", () => {
    expect(answers({ same: [failed({ state_at: NOW - WINDOW_MS + 1 })] })).toBe("operation first");
    expect(answers({ same: [failed({ state_at: NOW - WINDOW_MS })] })).toBe("none");
  });

  it("never what failed safe, once a later one of the same action was dispatched in its place", () => {
    const later = succeeded({ id: "later", dispatch_order: 2 });
    const reversal = operation({ tool: "release_device", dispatch_order: 3 });
    expect(answers({ same: [later, failed()] })).toBe("operation later");
    expect(answers({ same: [later, failed()], reversal })).toBe("none");
    expect(answers({ known: failed(), same: [later, failed()] }, { known: "first" })).toBe("operation later");
  });

  it("a denial, for ten minutes, to the person who was denied, and to nobody else", () => {
    const denied = operation({ id: "first", state: "denied", state_at: NOW - DENIAL_LIFE_MS + 1 });
    expect(answers({ same: [denied] })).toBe("operation first");
    expect(answers({ same: [denied] }, { subject: SECOND.subject })).toBe("none");
    expect(answers({ same: [{ ...denied, state_at: NOW - DENIAL_LIFE_MS }] })).toBe("none");
  });

  it.each(["expired", "abandoned"] as const)("never one that is %s", (state) => {
    expect(answers({ same: [operation({ state, state_at: NOW })] })).toBe("none");
  });

  it("an older one where the newest can't", () => {
    expect(answers({ same: [operation({ id: "newest", state: "abandoned" }), succeeded()] })).toBe(
      "operation first",
    );
  });

  it("to another person and session just the same", () => {
    expect(answers({ same: [succeeded()] }, { subject: SECOND.subject })).toBe("operation first");
  });
});

describe("a reversal", () => {
  const release = (changes: Partial<Operation> = {}) =>
    operation({ id: "release", tool: "release_device", state: "succeeded", dispatch_order: 2, ...changes });

  it("ends the match from the moment it is dispatched, whatever became of it", () => {
    for (const state of ["succeeded", "needs_operator"] as const) {
      expect(answers({ same: [succeeded()], reversal: release({ state }) })).toBe("none");
    }
  });

  it("that came before the operation ends nothing", () => {
    expect(answers({ same: [succeeded({ dispatch_order: 3 })], reversal: release() })).toBe(
      "operation first",
    );
  });

  it("goes by the order of dispatch, not by a clock that may go back", () => {
    const earlier_clock = release({ dispatched_at: 0, state_at: 0 });
    expect(answers({ same: [succeeded({ dispatched_at: NOW })], reversal: earlier_clock })).toBe("none");
  });

  it("lets an operation that waits for an operator be left behind", () => {
    const stuck = operation({ id: "first", state: "needs_operator", dispatch_order: 1 });
    expect(answers({ same: [stuck], reversal: release() })).toBe("none");
  });
});

describe("a target that is busy", () => {
  const release = operation({ id: "release", tool: "release_device", key: "key-2", state: "executing" });

  it("lets nothing else start, and names what is under way", () => {
    expect(answers({ busy: release })).toBe("busy release");
    expect(answers({ busy: release, superseded: succeeded() }, { supersedes: "first" })).toBe("busy release");
  });

  it("still answers for what was asked for before", () => {
    expect(answers({ same: [succeeded()], busy: release })).toBe("operation first");
  });
});

describe("a deliberate repeat", () => {
  it("may follow a success or an operation that needs an operator", () => {
    expect(answers({ same: [succeeded()], superseded: succeeded() }, { supersedes: "first" })).toBe("none");
    const stuck = operation({ id: "first", state: "needs_operator" });
    expect(answers({ same: [stuck], superseded: stuck }, { supersedes: "first" })).toBe("none");
  });

  it("happens once for the operation that it names, however often it is asked for", () => {
    const second = succeeded({ id: "second", supersedes: "first", state_at: NOW - 10 * WINDOW_MS });
    expect(answers({ superseded: succeeded(), superseder: second }, { supersedes: "first" })).toBe(
      "operation second",
    );
  });

  it("can't name what is open, another action, or nothing that is here", () => {
    const open = operation({ id: "first", state: "awaiting_approval" });
    expect(answers({ superseded: open }, { supersedes: "first" })).toBe("bad_supersedes");
    expect(answers({ superseded: succeeded({ key: "other" }) }, { supersedes: "first" })).toBe(
      "bad_supersedes",
    );
    expect(answers({}, { supersedes: "first" })).toBe("bad_supersedes");
  });

  it("never gets or repeats another action's operation through what supersedes it", () => {
    const second = succeeded({ id: "second", supersedes: "first" });
    const standing = { superseded: succeeded(), superseder: second };
    expect(answers(standing, { supersedes: "first", key: "key-of-release" })).toBe("bad_supersedes");
  });

  it("can't go under the key of what it repeats", () => {
    const first = succeeded();
    expect(answers({ known: first, superseded: first }, { supersedes: "first", known: "first" })).toBe(
      "bad_supersedes",
    );
  });
});

describe("a caller's own key", () => {
  it("stands for its operation beyond the window and beyond a reversal", () => {
    const old = succeeded({ state_at: NOW - 100 * WINDOW_MS });
    const reversal = operation({ tool: "release_device", dispatch_order: 9 });
    expect(answers({ known: old, reversal }, { known: "first" })).toBe("operation first");
  });

  it.each(["abandoned", "expired", "denied"] as const)("is free again once its operation is %s", (state) => {
    const known = operation({ id: "first", state, state_at: 0 });
    expect(answers({ known, same: [] }, { known: "first" })).toBe("none");
  });
});

describe("the derived key", () => {
  const key = (identity = { device_id: TARGET.id }) =>
    operationKey("acme", "contain_device", TARGET, identity);

  it("is the same at any time", () => {
    expect(key()).toBe(key());
  });

  it("differs by tenant, tool, target and identity arguments", () => {
    const others = [
      operationKey("other", "contain_device", TARGET, { device_id: TARGET.id }),
      operationKey("acme", "release_device", TARGET, { device_id: TARGET.id }),
      operationKey("acme", "contain_device", { ...TARGET, id: "b" }, { device_id: TARGET.id }),
      key({ device_id: "b" }),
    ];
    expect(new Set([key(), ...others]).size).toBe(5);
  });
});
