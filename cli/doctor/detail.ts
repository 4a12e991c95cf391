/** Reads the health page, as an administrator. */
import { z } from "zod";
import { isLoopback } from "../../src/auth/public-url.ts";
import { Browser, formOn, headingOf } from "../browser.ts";
import { ask } from "./fetching.ts";

const credential = z.object({
  credential: z.string(),
  vendor: z.string(),
  state: z.enum(["ready", "unused", "broken"]),
  problems: z.array(z.string()),
  breaker: z.string(),
  token: z
    .object({ ok: z.boolean(), code: z.string().nullable(), message: z.string().nullable() })
    .nullable(),
  checks: z.array(z.object({ name: z.string(), asked: z.boolean(), problems: z.array(z.string()) })),
});

const detailShape = z.object({
  audit: z.object({
    gaps: z.array(z.object({ chain: z.string(), from_seq: z.int(), through_seq: z.int() })),
    missing_chains: z.array(z.object({ chain: z.string() })),
    checkpoint: z.object({ n: z.int(), age_ms: z.number() }).nullable(),
    unsigned_checkpoints: z.array(z.int()),
    lag_ms: z.number().nullable(),
    conflicts: z.int(),
    dead_letters: z.int(),
    planted: z.int(),
  }),
  // An instance of an earlier version says nothing of it.
  mixed_eras: z.array(z.object({ client_id: z.string(), count: z.int() })).default([]),
  drift: z.array(z.object({ source: z.string(), field: z.string(), count: z.int() })),
  credentials: z.array(credential),
  migrations: z.array(z.string()),
});

/** The health of an instance in detail, as an administrator gets it. */
export type Detail = z.output<typeof detailShape>;

/** What signs an administrator in: the value of their console cookie; `lab` signs the lab's own in. */
export type Administrator = { readonly cookie: string } | "lab";

const PATH = "/console/health?tokens";
const COOKIE = "__Host-sallyport-console";

/** Whether an instance's sign-in is the lab's: on this machine, where everybody's password is known. */
export function isLocal(url: string): boolean {
  return isLoopback(new URL(url).hostname);
}

/**
 * Asks for the detail, with a token got for each credential.
 * @throws Error saying why it can't be had: not signed in, no administrator, an instance that is another version
 */
export async function readDetail(url: string, administrator: Administrator): Promise<Detail> {
  const { status, text } =
    administrator === "lab" ? await atTheLab(url) : await withCookie(url, administrator.cookie);
  if (status === 403) throw new Error("the signed-in person is not an administrator");
  if (status !== 200) throw new Error(`HTTP ${status}: the cookie is not of this instance, or has run out`);
  const detail = detailShape.safeParse(parseJson(text));
  if (!detail.success)
    throw new Error("the instance tells its health in another form than this version reads");
  return detail.data;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function withCookie(url: string, value: string): Promise<Answer> {
  const response = await ask(`${url}${PATH}`, { headers: { cookie: `${COOKIE}=${value}` } });
  return { status: response.status, text: await response.text() };
}

async function atTheLab(url: string): Promise<Answer> {
  const browser = new Browser(
    (address, init) => fetch(address, init),
    () => false,
  );
  let page = await browser.open(`${url}${PATH}`);
  if (page.html.includes('name="password"')) {
    page = await browser.submit(formOn(page), { login: "admin", password: "lab" });
  }
  if (page.status === 200 && page.html.startsWith("<")) {
    throw new Error(`the lab's administrator ended up at "${headingOf(page.html)}"`);
  }
  return { status: page.status, text: page.html };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
