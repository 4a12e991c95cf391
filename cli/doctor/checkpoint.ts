/** Checks the checkpoint that an instance publishes. */
import { z } from "zod";
import { readCheckpoint } from "../../verifier/proof/checkpoint.ts";
import { type PublicKey, verifiedStatement } from "../../verifier/proof/signature.ts";
import { type Check, fail, ok, unknown } from "./check.ts";
import { ask, bodyOf } from "./fetching.ts";

/** Even an idle instance signs every hour: two without one are a schedule that stands. In milliseconds. */
const OLD_MS = 2 * 60 * 60_000;

const publishedKey = z.object({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  x: z.string(),
  kid: z.string(),
}) satisfies z.ZodType<PublicKey>;
const published = z.object({ checkpoint: z.string(), keys: z.array(publishedKey) });

/** The last signed statement of where the audit's chains end, which is published for anyone to keep. */
export async function checkpoint(url: string, now: () => number): Promise<Check> {
  const name = "checkpoint";
  const response = await ask(`${url}/audit/checkpoint`);
  if (response.status === 404) {
    await response.body?.cancel();
    return unknown(
      name,
      "none was signed yet",
      "A new instance signs its first within minutes of its first event.",
    );
  }
  const body = await bodyOf(response, published);
  const statement = body && readCheckpoint(await verifiedStatement(body.checkpoint, "checkpoint", body.keys));
  if (statement === null) {
    const found = `/audit/checkpoint answered HTTP ${response.status} and nothing that its own keys signed`;
    return fail(name, found, "Verify the audit, and find out who changed CHECKPOINT_PRIVATE_KEY.");
  }
  const words = `number ${statement.n}, of ${statement.at}`;
  if (now() - Date.parse(statement.at) > OLD_MS) {
    return fail(name, words, "The schedule stands: docs/runbooks/checkpoint-missed.md.");
  }
  return ok(name, words);
}
