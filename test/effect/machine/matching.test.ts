import { describe, expect, it } from "vitest";
import { folded } from "../../../src/effect/machine/creation.ts";
import {
  blocks,
  DENIAL_LIFE_MS,
  match,
  meetAgain,
  type StandingOperation,
  type Wanted,
} from "../../../src/effect/machine/matching.ts";
import { type Operation, operationKey } from "../../../src/effect/machine/operation.ts";
import { operation, REQUESTER, TARGET } from "../operation-builder.ts";

const NOW = 10_000_000;
const WINDOW_MS = 60_000;
const SECOND = { ...REQUESTER, subject: "responder2@acme.test" };

const WANTED: Wanted = {
  ...operation(),
  subject: REQUESTER.subject,
  known: null,
  repeats: { window_ms: WINDOW_MS, repeat: "same", rather_twice: false },
};

const EMPTY: StandingOperation = {
  known: null,
  same: [],
  later: [],
  under_way: [],
  superseders: [],
  superseded: null,
};

function answers(standing: Partial<StandingOperation>, wanted: Partial<Wanted> = {}, now = NOW): string {
  const found = match({ ...WANTED, ...wanted }, { ...EMPTY, ...standing }, now);
  if (found.match === "bad_supersedes") return found.why;
  return found.match === "none" ? "none" : `${found.match} ${found.operation.id}`;
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
    const release = operation({ sets: { network: "normal" }, dispatch_order: 3 });
    expect(answers({ same: [later, failed()] })).toBe("operation later");
    expect(answers({ same: [later, failed()], later: [release] })).toBe("none");
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

describe("a later change of one of its facets", () => {
  const other = (sets: Operation["sets"], changes: Partial<Operation> = {}) =>
    operation({ id: "other", key: "other", sets, state: "succeeded", dispatch_order: 2, ...changes });
  const close = (changes: Partial<Operation> = {}) =>
    succeeded({ sets: { status: "closed", resolution: "benign" }, ...changes });

  it("ends the match from the moment it is dispatched, whatever became of it", () => {
    for (const state of ["succeeded", "executing", "unknown", "probing", "needs_operator"] as const) {
      expect(answers({ same: [close()], later: [other({ status: "open" }, { state })] })).toBe("none");
    }
  });

  it("ends it by whichever tool, and by one facet of several", () => {
    const later = [other({ status: "open", assigned_to: "rosa" }, { tool: "another_tool" })];
    expect(answers({ same: [close()], later })).toBe("none");
  });

  it("ends nothing by the same value, or by a facet that only one of the two sets", () => {
    for (const sets of [{ status: "closed" }, { assigned_to: "rosa" }, {}]) {
      expect(answers({ same: [close()], later: [other(sets)] })).toBe("operation first");
    }
  });

  it("that came before the operation ends nothing", () => {
    const later = [other({ status: "open" })];
    expect(answers({ same: [close({ dispatch_order: 3 })], later })).toBe("operation first");
  });

  it("goes by the order of dispatch, not by a clock that may go back", () => {
    const later = [other({ status: "open" }, { dispatched_at: 0, state_at: 0 })];
    expect(answers({ same: [close({ dispatched_at: NOW })], later })).toBe("none");
  });

  it("lets an operation that waits for an operator be left behind", () => {
    expect(answers({ same: [close({ state: "needs_operator" })], later: [other({ status: "open" })] })).toBe(
      "none",
    );
  });
});

describe("a target that is busy", () => {
  const release = operation({
    id: "release",
    key: "key-2",
    sets: { network: "normal" },
    state: "executing",
  });
  const under_way = [{ operation: release, superseded: false }];

  it("lets nothing else start, and names what is under way", () => {
    expect(answers({ under_way })).toBe("busy release");
    expect(answers({ under_way, superseded: succeeded() }, { supersedes: "first" })).toBe("busy release");
  });

  it("still answers for what was asked for before", () => {
    expect(answers({ same: [succeeded()], under_way })).toBe("operation first");
  });

  it("isn't kept busy by what was superseded, but for a change that contradicts it", () => {
    const first = { operation: operation({ id: "first", state: "probing" }), superseded: true };
    expect(blocks(first, { sets: { network: "isolated" }, supersedes: null })).toBe(false);
    expect(blocks(first, { sets: { owner: "rosa" }, supersedes: null })).toBe(false);
    expect(blocks(first, { sets: { network: "normal" }, supersedes: null })).toBe(true);
    expect(blocks({ ...first, superseded: false }, { sets: {}, supersedes: null })).toBe(true);
    expect(blocks({ ...first, superseded: false }, { sets: {}, supersedes: "first" })).toBe(false);
  });
});

describe("a deliberate repeat", () => {
  const repeat = (standing: Partial<StandingOperation>, wanted: Partial<Wanted> = {}) =>
    answers(standing, { supersedes: "first", ...wanted });

  it("may follow a success or an operation that needs an operator", () => {
    expect(repeat({ same: [succeeded()], superseded: succeeded() })).toBe("none");
    const stuck = operation({ id: "first", state: "needs_operator" });
    expect(repeat({ same: [stuck], superseded: stuck })).toBe("none");
  });

  it("happens once for the operation that it names, however often it is asked for", () => {
    const second = succeeded({ id: "second", supersedes: "first", state_at: NOW - 10 * WINDOW_MS });
    expect(repeat({ superseded: succeeded(), superseders: [second] })).toBe("operation second");
  });

  it("can't name what is open, another action, another target, or nothing that is here", () => {
    expect(repeat({ superseded: operation({ id: "first", state: "awaiting_approval" }) })).toBe("still_open");
    expect(repeat({ superseded: succeeded({ key: "other" }) })).toBe("other_action");
    expect(repeat({ superseded: succeeded({ target: { kind: "device", id: "b" } }) })).toBe("not_here");
    expect(repeat({})).toBe("not_here");
  });

  it("never gets or repeats another action's operation through what supersedes it", () => {
    const second = succeeded({ id: "second", supersedes: "first" });
    const standing = { superseded: succeeded(), superseders: [second] };
    expect(repeat(standing, { key: "key-of-release" })).toBe("other_action");
  });

  it("can't go under the key of what it repeats", () => {
    const first = succeeded();
    expect(repeat({ known: first, superseded: first }, { known: "first" })).toBe("own_key");
  });

  const doubtful = (changes: Partial<Operation> = {}) =>
    operation({
      id: "first",
      state: "probing",
      dispatch_order: 1,
      deadline_at: NOW,
      probe: { attempts: 1, absent_reads: 1, failed_reads: 0 },
      ...changes,
    });
  const ofDoubt = (first: Operation, repeats: Partial<Wanted["repeats"]> = {}) =>
    repeat(
      { superseded: first, same: [first], under_way: [{ operation: first, superseded: false }] },
      { repeats: { ...WANTED.repeats, ...repeats } },
    );

  it("of what adds nothing needn't wait for the end of a doubt: past the deadline, and read as absent once", () => {
    expect(ofDoubt(doubtful())).toBe("none");
    expect(ofDoubt(doubtful({ deadline_at: NOW + 1 }))).toBe("busy first");
    expect(ofDoubt(doubtful({ probe: { attempts: 1, absent_reads: 0, failed_reads: 1 } }))).toBe(
      "busy first",
    );
    expect(ofDoubt(doubtful({ state: "executing" }))).toBe("busy first");
  });

  it("of what adds something waits for the end", () => {
    expect(ofDoubt(doubtful(), { repeat: "adds" })).toBe("busy first");
  });

  it("of what is rather done twice than never goes once the deadline has passed", () => {
    const unread = doubtful({ state: "unknown", probe: { attempts: 0, absent_reads: 0, failed_reads: 0 } });
    expect(ofDoubt(unread, { repeat: "adds", rather_twice: true })).toBe("none");
    expect(ofDoubt({ ...unread, deadline_at: NOW + 1 }, { repeat: "adds", rather_twice: true })).toBe(
      "busy first",
    );
  });
});

describe("a creation", () => {
  const TITLE = "Malware on A";
  const page = (id: string, changes: Partial<Operation> = {}): Operation =>
    operation({
      id,
      key: "page",
      tool: "page_on_call",
      target: { kind: "creation", id: "page_on_call/pagerduty" },
      sets: {},
      title: folded(TITLE),
      input: { title: TITLE, urgency: "low" },
      state: "succeeded",
      state_at: NOW,
      dispatch_order: 1,
      ...changes,
    });
  const HIGH = { input: { title: TITLE, urgency: "high" } };
  const asks = (standing: Partial<StandingOperation>, wanted: Partial<Wanted> = {}) =>
    answers(standing, {
      ...page("wanted"),
      repeats: { ...WANTED.repeats, repeat: "adds", rather_twice: true },
      ...wanted,
    });
  const WAITS = { state: "awaiting_approval", dispatch_order: null } as const;

  it("answers for a call whose arguments are all equal, once folded", () => {
    expect(asks({ same: [page("first")] }, { input: { title: " MALWARE on a", urgency: "low" } })).toBe(
      "operation first",
    );
  });

  it("doesn't answer for a call that asks for more: a low page never silences a high one", () => {
    expect(asks({ same: [page("first")] }, HIGH)).toBe("differs first");
    expect(asks({ same: [page("first")] }, { input: { title: "Other words", urgency: "low" } })).toBe(
      "differs first",
    );
  });

  it("answers for other words in its description only under the key that it was made with", () => {
    const made = page("first", { caller_key: "k", input: { title: TITLE, urgency: "low", details: "one" } });
    const reworded = { input: { title: TITLE, urgency: "low", details: "two" } };
    expect(asks({ same: [made] }, { ...reworded, caller_key: "k" })).toBe("operation first");
    expect(asks({ same: [made] }, { ...reworded, caller_key: "another" })).toBe("differs first");
    expect(asks({ same: [made] }, { ...HIGH, caller_key: "k" })).toBe("differs first");
    expect(asks({ same: [page("first", { input: reworded.input })] }, { caller_key: null })).toBe(
      "differs first",
    );
  });

  it("that differs and was never sent doesn't answer, nor does one that is proven to have done nothing", () => {
    for (const state of ["claimed", "awaiting_approval", "approved", "denied"] as const) {
      expect(asks({ same: [page("first", { ...WAITS, state })] }, HIGH)).toBe("none");
    }
    expect(asks({ same: [page("first", { state: "failed_safe" })] }, HIGH)).toBe("none");
  });

  it("that was sent is found behind one that differs and waits", () => {
    const same = [page("waits", { ...WAITS, finding_id: "f", ...HIGH }), page("sent")];
    expect(asks({ same }, { finding_id: "f" })).toBe("operation sent");
  });

  it("in doubt answers those alike with the doubt, whatever else they ask for", () => {
    for (const state of ["unknown", "probing", "needs_operator"] as const) {
      expect(asks({ same: [page("first", { state })] })).toBe("operation first");
      expect(asks({ same: [page("first", { state })] }, HIGH)).toBe("in_doubt first");
    }
    expect(asks({ same: [page("first", { state: "executing" })] }, HIGH)).toBe("busy first");
  });

  it("makes nobody wait who asks for something else", () => {
    const under_way = [{ operation: page("first", { state: "unknown" }), superseded: false }];
    expect(asks({ under_way })).toBe("none");
  });

  it("answers by the caller's key first, then by the finding, then by the last dispatch, then the last claim", () => {
    const same = [
      page("claimed", WAITS),
      page("late", { dispatch_order: 9 }),
      page("found", { finding_id: "f", dispatch_order: 2 }),
      page("keyed"),
    ];
    expect(asks({ same }, { finding_id: "f", known: "keyed" })).toBe("operation keyed");
    expect(asks({ same }, { finding_id: "f" })).toBe("operation found");
    expect(asks({ same })).toBe("operation late");
    const waiting = [page("newer", WAITS), page("older", WAITS)];
    expect(asks({ same: waiting })).toBe("operation newer");
  });

  it("is answered by its key beyond the window, and not with other arguments", () => {
    const known = page("first", { state_at: NOW - 100 * WINDOW_MS });
    expect(asks({ known }, { known: "first" })).toBe("operation first");
    expect(asks({ known }, { known: "first", ...HIGH })).toBe("differs first");
  });

  it("may be superseded by any other of its tool and source, and by no other tool's", () => {
    const superseded = page("first", { key: "another", title: "another" });
    expect(asks({ superseded }, { supersedes: "first", ...HIGH })).toBe("none");
    const ticket = page("first", { tool: "create_ticket" });
    expect(asks({ superseded: ticket }, { supersedes: "first" })).toBe("other_action");
  });

  it("is superseded once: who asks otherwise is told of what was done instead", () => {
    const second = page("second", { supersedes: "first" });
    const standing = { superseded: page("first"), superseders: [second] };
    expect(asks(standing, { supersedes: "first" })).toBe("operation second");
    expect(asks(standing, { supersedes: "first", ...HIGH })).toBe("differs second");
    const waits = { ...standing, superseders: [page("second", { supersedes: "first", ...WAITS })] };
    expect(asks(waits, { supersedes: "first", ...HIGH })).toBe("none");
  });

  it("isn't repeated on purpose while another that is alike is in doubt", () => {
    const doubtful = page("doubtful", { state: "unknown" });
    const standing = {
      superseded: page("first"),
      same: [doubtful, page("first")],
      under_way: [{ operation: doubtful, superseded: false }],
    };
    expect(asks(standing, { supersedes: "first" })).toBe("operation doubtful");
  });

  describe("that is about to be sent", () => {
    const about = { ...WANTED, ...page("own"), known: null };
    const meets = (others: readonly Operation[], since = 1) =>
      meetAgain(about, others, since, NOW)?.match ?? "nothing";

    it("meets what was sent meanwhile: the same is the answer, another is told of", () => {
      expect(meets([page("other", { dispatch_order: 2 })])).toBe("operation");
      expect(meets([page("other", { dispatch_order: 2, ...HIGH })])).toBe("differs");
      expect(meets([page("other", { dispatch_order: 2, state: "unknown", ...HIGH })])).toBe("in_doubt");
    });

    it("meets nothing that was known of, that waits, that failed safe, or that is over", () => {
      expect(meets([page("other", { dispatch_order: 1 })])).toBe("nothing");
      expect(meets([page("other", WAITS)])).toBe("nothing");
      expect(meets([page("other", { dispatch_order: 2, state: "failed_safe" })])).toBe("nothing");
      expect(meets([page("other", { dispatch_order: 2, state_at: NOW - WINDOW_MS })])).toBe("nothing");
    });
  });
});

describe("a caller's own key", () => {
  it("stands for its operation beyond the window and beyond a later change", () => {
    const old = succeeded({ state_at: NOW - 100 * WINDOW_MS });
    const later = [operation({ sets: { network: "normal" }, dispatch_order: 9 })];
    expect(answers({ known: old, later }, { known: "first" })).toBe("operation first");
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
