/** What only an administrator can see of an instance. Pure: each judges what the instance says of itself. */
import { type Check, fail, ok, warn } from "./check.ts";
import type { Detail } from "./detail.ts";

/** Events take seconds to arrive; a minute is a queue that stands. In milliseconds. */
const LAG_WARN_MS = 60_000;
const LAG_FAIL_MS = 15 * 60_000;
/** One is made once an hour at least. In milliseconds. */
const CHECKPOINT_FAIL_MS = 2 * 3_600_000;

/** Every check of the detail. `migrations` are the names that this checkout has. */
export function detailChecks(detail: Detail, migrations: readonly string[]): Check[] {
  return [
    schema(detail, migrations),
    ...auditChecks(detail),
    ...credentialChecks(detail),
    drift(detail),
    eras(detail),
  ];
}

function schema({ migrations: applied }: Detail, expected: readonly string[]): Check {
  const name = "migrations";
  const missing = expected.filter((migration) => !applied.includes(migration));
  const foreign = applied.filter((migration) => !expected.includes(migration));
  if (missing.length > 0) {
    return fail(
      name,
      `not applied: ${missing.join(", ")}`,
      "Run npm run tenant -- create again: it applies them.",
    );
  }
  if (foreign.length > 0) {
    return warn(
      name,
      `unknown to this checkout: ${foreign.join(", ")}`,
      "This checkout is older than the instance.",
    );
  }
  return ok(name, `${applied.length} applied`);
}

function auditChecks({ audit }: Detail): Check[] {
  const { gaps, missing_chains, lag_ms, conflicts, dead_letters, planted } = audit;
  const [first] = gaps;
  const [missing] = missing_chains;
  return [
    lagCheck(lag_ms),
    checkpointCheck(audit),
    first === undefined
      ? ok("audit gaps", "none")
      : fail(
          "audit gaps",
          `${gaps.length}, the first in ${first.chain} from ${first.from_seq} to ${first.through_seq}`,
          "Events are late or lost: docs/runbooks/queue-backlog.md.",
        ),
    missing === undefined
      ? ok("audit chains", "each has events in the database")
      : fail(
          "audit chains",
          `nothing of ${missing_chains.length} has arrived, such as ${missing.chain}`,
          "Their events are late or lost: docs/runbooks/queue-backlog.md.",
        ),
    conflicts === 0
      ? ok("audit conflicts", "none")
      : fail(
          "audit conflicts",
          `${conflicts}`,
          "Somebody wrote to the store: docs/runbooks/audit-conflict.md.",
        ),
    planted === 0
      ? ok("audit places", "every row stands where an object writes")
      : fail(
          "audit places",
          `${planted} rows stand where no object writes`,
          "Somebody wrote to the store: docs/runbooks/audit-conflict.md.",
        ),
    dead_letters === 0
      ? ok("dead letters", "none")
      : warn(
          "dead letters",
          `${dead_letters}`,
          "Their events are sent again by their objects; see audit_dead_letters.",
        ),
  ];
}

function lagCheck(lag_ms: number | null): Check {
  const name = "queue lag";
  if (lag_ms === null) return ok(name, "nothing happened in the last quarter of an hour");
  const words = `${(lag_ms / 1_000).toFixed(1)} s at most in the last quarter of an hour`;
  const advice = "Look at the queue and at the consumer's errors: docs/runbooks/queue-backlog.md.";
  if (lag_ms > LAG_FAIL_MS) return fail(name, words, advice);
  return lag_ms > LAG_WARN_MS ? warn(name, words, advice) : ok(name, words);
}

function checkpointCheck({ checkpoint, unsigned_checkpoints }: Detail["audit"]): Check {
  const name = "checkpoint";
  const [forged] = unsigned_checkpoints;
  if (forged !== undefined) {
    return fail(
      name,
      `no accepted key signed what stands in the place of ${forged}`,
      "Somebody wrote to the store, or a key is no longer accepted: docs/runbooks/audit-conflict.md.",
    );
  }
  if (checkpoint === null) return ok(name, "none yet: the first is made within minutes");
  const words = `the last is ${(checkpoint.age_ms / 60_000).toFixed(0)} min old`;
  if (checkpoint.age_ms <= CHECKPOINT_FAIL_MS) return ok(name, words);
  return fail(name, words, "Signing doesn't work: docs/runbooks/checkpoint-missed.md.");
}

function credentialChecks({ credentials }: Detail): Check[] {
  return credentials.flatMap((credential) => [tokenCheck(credential), ...vendorChecks(credential)]);
}

type Credential = Detail["credentials"][number];

/** What was tried at the vendor: the least read, and the settings that only the vendor can judge. */
function vendorChecks({ credential, checks }: Credential): Check[] {
  return checks.map(({ name: what, asked, problems }) => {
    const name = `${credential}: ${what}`;
    if (problems.length === 0) return ok(name, "as it should be");
    const found = problems.join(" ");
    return asked
      ? fail(name, found, "Change the setting, and deploy again.")
      : warn(name, found, "The vendor may be down: docs/runbooks/vendor-outage.md.");
  });
}

function tokenCheck({ credential, state, problems, breaker, token }: Credential): Check {
  const name = `credential ${credential}`;
  if (state === "unused") return ok(name, "its vendor isn't used");
  if (state === "broken") return fail(name, problems.join("; "), "Set it, and deploy again.");
  if (token?.ok === false) {
    const rejected = token.code === "credential_rejected";
    const found = `${token.code ?? ""}: ${token.message ?? ""}`;
    return rejected
      ? fail(
          name,
          found,
          "Make a new one with exactly the declared permission, and rotate it: docs/runbooks/credential-rejected.md.",
        )
      : warn(name, found, "The vendor may be down: docs/runbooks/vendor-outage.md.");
  }
  if (breaker !== "closed") {
    return warn(
      name,
      `its circuit is ${breaker}`,
      "The vendor fails: calls are held back until it answers again.",
    );
  }
  return ok(name, "can get a token");
}

function drift({ drift: drifts }: Detail): Check {
  const name = "contract drift";
  const [first] = drifts;
  if (first === undefined) return ok(name, "none in the last day");
  const found = `${first.source}, ${first.field || "the whole answer"}: ${first.count} times in the last day`;
  return warn(name, found, "The vendor changed its answers: its tools answer upstream_contract_changed.");
}

function eras({ mixed_eras }: Detail): Check {
  const name = "protocol eras";
  const [first] = mixed_eras;
  if (first === undefined) return ok(name, "no client mixed them in the last day");
  const found = `${first.client_id} mixed two revisions in one request ${first.count} times in the last day`;
  return warn(name, found, "Update the client, or set MCP_ERAS to 2025-11-25 until it is mended.");
}
