/** Checks the configuration of the webhook that notices go to. */
import { isLoopback } from "../../auth/public-url.ts";
import type { Env } from "../../bindings.ts";
import { isSecret } from "./signature.ts";

const FORM =
  'must be whsec_ and random bytes in base64: make one with echo "whsec_$(openssl rand -base64 32)"';

/** What is wrong with the variables of the webhook, each named. Empty if nothing is, or there is to be none. */
export function noticeProblems({ WEBHOOK_URL, WEBHOOK_SECRET, WEBHOOK_SECRET_PREVIOUS }: Env): string[] {
  if (!WEBHOOK_URL) return [];
  const url = URL.parse(WEBHOOK_URL);
  const safe = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));
  const bare = url === null || (url.username === "" && url.password === "");
  return [
    ...(safe ? [] : ["WEBHOOK_URL must be an https URL: http is for loopback hosts"]),
    ...(bare
      ? []
      : ["WEBHOOK_URL must have no credentials before its host: they can make it look like another's"]),
    ...(isSecret(WEBHOOK_SECRET ?? "") ? [] : [`WEBHOOK_SECRET ${FORM}`]),
    ...(!WEBHOOK_SECRET_PREVIOUS || isSecret(WEBHOOK_SECRET_PREVIOUS)
      ? []
      : [`WEBHOOK_SECRET_PREVIOUS ${FORM}`]),
  ];
}
