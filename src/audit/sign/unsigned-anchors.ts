/** Picks out anchors that no accepted key signed, and alerts for each. */
import { isSignedAnchor, type PresentedAnchor } from "../../../verifier/proof/anchor.ts";
import type { Env } from "../../bindings.ts";
import { alert } from "../../observe/log.ts";
import { acceptedKeys } from "./integrity-settings.ts";

/**
 * Those of `anchors` that no accepted key signed, each with an alert: somebody else wrote them to the store. On their
 * word events would be kept out of it, let go of by their object before it has them, or not be missed where they are gone.
 */
export async function unsignedAnchors<Presented extends PresentedAnchor>(
  env: Env,
  anchors: readonly Presented[],
  seen_by: "consumer" | "object" | "report",
): Promise<Presented[]> {
  const unsigned: Presented[] = [];
  for (const anchor of anchors) {
    if (await isSignedAnchor(anchor, await acceptedKeys(env))) continue;
    const { chain, seq } = anchor;
    alert("audit_conflict", { chain, seq, seen_by, reason: "no accepted key signed this anchor" });
    unsigned.push(anchor);
  }
  return unsigned;
}
