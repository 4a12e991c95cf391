/**
 * Everything that can go wrong, as a handful of kinds that a caller can act on.
 *
 * Tools, connectors and the steps of the path throw a {@link Failure}; one boundary
 * (`answer.ts`) turns it into the public result. `message` and `next_step` are public.
 * `cause` is for the log of the people who run the instance and never leaves it.
 */
/**
 * The codes of each kind. The kind says who can act: the caller (`invalid_request`), the person or their role
 * (`permission`), those who run the instance (`configuration`).
 * A code without a kind doesn't type-check.
 */
export const CODES = {
  transient: [
    "upstream_unavailable",
    "upstream_timeout",
    "rate_limited",
    "circuit_open",
    "operation_in_progress",
    "identity_unconfirmed",
  ],
  invalid_request: [
    "invalid_input",
    "unsupported_filter",
    "idempotency_key_reused",
    "differs_from_done",
    "upstream_rejected",
    "unknown_tool",
    "too_large",
  ],
  permission: ["scope_missing", "role_forbids", "session_revoked", "tool_disabled", "approval_denied"],
  configuration: ["credential_rejected", "misconfigured"],
  contract: ["upstream_contract_changed"],
  in_doubt: ["outcome_unknown"],
  internal: ["internal"],
} as const;

export type Kind = keyof typeof CODES;
export type Code = (typeof CODES)[Kind][number];

/** One thing that is wrong with an input, in words that a model can act on. */
export interface Issue {
  /** Path to the field, dotted: `ids.0`. Empty for the input as a whole. */
  readonly path: string;
  /** What is wrong. */
  readonly message: string;
  /** What would have been accepted. */
  readonly expected?: string;
  /** The values to choose from, where there is a list. */
  readonly allowed?: readonly string[];
  /** What to do about it. */
  readonly hint: string;
}

type Plain = string | number | boolean | null;

/** One argument in which a call differs from what an earlier operation did, or from what holds now. */
export interface Difference {
  readonly field: string;
  readonly asked?: Plain;
  readonly done?: Plain;
  readonly now?: Plain;
}

/** What a failure may tell beyond its message. Every field of it is public. */
export interface FailureDetail {
  /** What the caller should do next. */
  readonly next_step: string;
  /** For `transient`: how long to wait, in milliseconds. */
  readonly retry_after_ms?: number;
  /** How often the vendor was asked. */
  readonly attempts?: number;
  /** For `invalid_input`. */
  readonly issues?: readonly Issue[];
  /** For `scope_missing`. */
  readonly required_scopes?: readonly string[];
  /** For `scope_missing`: the page where the person can allow this connection what it lacks. */
  readonly grant_url?: string;
  /** For `misconfigured`: the names of the variables to look at, as far as they are known. */
  readonly settings?: readonly string[];
  /** For `differs_from_done`: what was asked for, and what was done instead. */
  readonly differences?: readonly Difference[];
  /** For `contract`: where in the vendor's payload, never what stood there. */
  readonly contract_path?: string;
  /** The vendor's HTTP status, for the audit only. */
  readonly upstream_status?: number;
  /** Not public: for the log. */
  readonly cause?: unknown;
}

const KIND_OF: ReadonlyMap<string, Kind> = new Map(
  (Object.keys(CODES) as Kind[]).flatMap((kind) => CODES[kind].map((code) => [code, kind] as const)),
);

/** The only error type that carries meaning across the path. */
export class Failure extends Error {
  readonly kind: Kind;
  readonly code: Code;
  readonly detail: FailureDetail;

  constructor(code: Code, message: string, detail: FailureDetail) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = "Failure";
    this.code = code;
    this.kind = failureKindOf(code);
    this.detail = detail;
  }

  /** Only a passing fault is worth repeating as it is. */
  get retryable(): boolean {
    return this.kind === "transient";
  }
}

/** The kind that a code belongs to. */
export function failureKindOf(code: Code): Kind {
  const kind = KIND_OF.get(code);
  if (kind === undefined) throw new TypeError(`no kind for code ${code}`);
  return kind;
}

/** The public form of a failure: the `error` object of a result. It survives RPC, which a class does not. */
export interface PublicError {
  readonly kind: Kind;
  readonly code: Code;
  readonly message: string;
  readonly retryable: boolean;
  readonly next_step: string;
  readonly retry_after_ms?: number;
  readonly attempts?: number;
  readonly issues?: readonly Issue[];
  readonly required_scopes?: readonly string[];
  readonly grant_url?: string;
  readonly settings?: readonly string[];
  readonly differences?: readonly Difference[];
}

/** Only what is public: neither the cause nor the vendor's status leaves with it. */
export function publicError(failure: Failure): PublicError {
  const { next_step, retry_after_ms, attempts, issues, required_scopes, grant_url, settings, differences } =
    failure.detail;
  return {
    kind: failure.kind,
    code: failure.code,
    message: failure.message,
    retryable: failure.retryable,
    next_step,
    ...(retry_after_ms === undefined ? {} : { retry_after_ms }),
    ...(attempts === undefined ? {} : { attempts }),
    ...(issues === undefined ? {} : { issues }),
    ...(required_scopes === undefined ? {} : { required_scopes }),
    ...(grant_url === undefined ? {} : { grant_url }),
    ...(settings === undefined ? {} : { settings }),
    ...(differences === undefined ? {} : { differences }),
  };
}

/** Rebuilds a failure on this side of an RPC from its public form. */
export function failureFrom(error: PublicError): Failure {
  const { code, message, kind: _kind, retryable: _retryable, ...detail } = error;
  return new Failure(code, message, detail);
}

/** Whatever was thrown, as a failure. What we did not foresee is `internal` and says nothing of its cause. */
export function asFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  return new Failure(
    "internal",
    "Sallyport failed to handle this call. Nothing more is known to the caller.",
    {
      next_step: "Tell the people who run this instance, and give them the audit_id.",
      cause: thrown,
    },
  );
}
