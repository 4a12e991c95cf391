/** Publishes signed checkpoints with the keys that sign, so that anyone can keep them elsewhere. */
import { spkiOf } from "../../../verifier/proof/signature.ts";
import type { Env } from "../../bindings.ts";
import { newestCheckpoint, signedCheckpoint } from "../proof/signed-checkpoint.ts";
import { acceptedKeys } from "./integrity-settings.ts";

const PATH = /^\/audit\/checkpoint(?:\/([1-9]\d{0,14}))?$/;

/**
 * `GET /audit/checkpoint`, the latest, and `/audit/checkpoint/{n}`: the signed statement and the keys that sign, for
 * anyone to keep. It holds digests and counts only; no chain, session or person can be read from it. What none of the
 * keys signed isn't published: it would pass for ours.
 * @returns `null` if the request is for something else
 */
export async function publishCheckpoint(request: Request, env: Env): Promise<Response | null> {
  const match = PATH.exec(new URL(request.url).pathname);
  if (match === null) return null;
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response("A checkpoint can only be read.\n", { status: 405, headers: { allow: "GET, HEAD" } });
  }
  const n = match[1] === undefined ? null : Number(match[1]);
  const keys = await acceptedKeys(env);
  const checkpoint =
    n === null ? (await newestCheckpoint(env.DB, keys)).signed : await signedCheckpoint(env.DB, n, keys);
  if (checkpoint === null) return new Response("There is no such checkpoint.\n", { status: 404 });
  return Response.json(
    {
      checkpoint: checkpoint.jws,
      statement: checkpoint.statement,
      keys,
      // As CHECKPOINT_PUBLIC_KEYS takes them, once another key signs.
      public_keys: keys.map(spkiOf),
    },
    { headers: { "cache-control": `public, max-age=${n === null ? 30 : 3_600}` } },
  );
}
