import type { Sample } from "./sample.ts";

/** A request as it reached the stand-in. */
export interface Asked {
  readonly operation: string;
  readonly method: string;
  readonly url: URL;
  readonly body: string;
  /** Which request of this operation it is in this call, from 1. */
  readonly nth: number;
}

/** What the stand-in answers: a body as JSON under 200, or all of it. */
export type Answer =
  | { readonly json: unknown; readonly status?: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly text: string; readonly status: number; readonly headers?: Readonly<Record<string, string>> };

export type Answering = Answer | ((asked: Asked) => Answer);

/** One call that asks for a sample, and what its result has to be. */
export interface SampleCase {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  /**
   * What the other operations of the call answer. For the sample's own operation: what it answers from its second
   * request on.
   */
  readonly others?: Readonly<Record<string, Answering>>;
  /** Holds the result's values against the sample, read by hand and not by our own code. Throws where they differ. */
  // biome-ignore lint/suspicious/noExplicitAny: each tool's result has a shape of its own
  readonly check: (result: any) => void;
}

/** How the samples of one vendor are fed through its connector. */
export interface SampleVendor {
  /** As in `coverage.sources`. */
  readonly name: string;
  /** The samples' folder. */
  readonly folder: string;
  /** Variables that lead the connector to the stand-in. */
  readonly environment: (url: string) => Readonly<Record<string, string>>;
  /** The operations that the connector asks, by method and by path below the base URL. */
  readonly routes: readonly { readonly operation: string; readonly method: string; readonly path: RegExp }[];
  /** What operations answer where a case says nothing: tokens, for example. */
  readonly usual: Readonly<Record<string, Answering>>;
  /** The call that asks for a sample, or `null` where the connector doesn't ask for it. */
  readonly caseOf: (sample: Sample) => SampleCase | null;
  /** What the vendor shows of a sample for this request, where a request decides that: the fields, a key of its own. */
  readonly shown?: (sample: Sample, asked: Asked) => unknown;
  /** How the lab's simulator is held against the samples: see `lab-shapes.test.ts`. */
  readonly lab?: LabShapes;
}

/** What the lab's records are found by. */
export interface LabShapes {
  /** Calls that together read as many of the lab's records as can be had. */
  readonly calls: readonly { readonly tool: string; readonly args: Readonly<Record<string, unknown>> }[];
  /** The records in an answer of each operation, sample or simulated. */
  // biome-ignore lint/suspicious/noExplicitAny: a vendor's answer has no type before it was read
  readonly records: Readonly<Record<string, (json: any) => readonly unknown[]>>;
  /** Differences that are meant, each with its reason, by `operation path`. */
  readonly meant?: Readonly<Record<string, string>>;
}
