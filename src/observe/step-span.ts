/** Opens a tracing span for each step of the path. Arguments stay out of it. */
import { tracing } from "cloudflare:workers";

/** One step of a call, as the platform's tracing shows it. */
export interface StepSpan {
  /** Ends it. `result` is how the step ended, in the words of the audit. */
  end(result: string): void;
}

/**
 * Opens a span for a step of the path. It costs next to nothing where the request isn't sampled. Attributes say what
 * was called and under which trace, never with what: arguments stay out of it.
 * @param trace_id the caller's W3C trace id. The platform's trace has an id of its own, so it goes in as an attribute.
 */
export function stepSpan(step: string, name: string, trace_id: string | null): StepSpan {
  const span = tracing.startSpan(`sallyport.${step}`);
  if (span.isTraced) {
    span.setAttribute("sallyport.name", name.slice(0, 64));
    if (trace_id !== null) span.setAttribute("sallyport.trace_id", trace_id);
  }
  return {
    end(result) {
      if (span.isTraced) span.setAttribute("sallyport.result", result);
      span.end();
    },
  };
}
