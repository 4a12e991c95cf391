import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { vulnerabilities } from "../../../lab/intelligence/vulnerabilities.ts";
import { inCatalogue } from "../../../src/connectors/intelligence/hearing.ts";
import { knownExploited } from "../../../src/connectors/intelligence/kev.ts";
import { lookupCve } from "../../../src/connectors/intelligence/lookup-cve.ts";
import { Memory } from "../../../src/connectors/intelligence/memory.ts";
import { upstreamFor } from "../../../src/downstream/client.ts";
import { answerOfRead } from "../../../src/path/answer.ts";
import type { ReadContext } from "../../../src/toolkit/read.ts";
import { inject, requestsOf, resetLab } from "../../downstream/lab-control.ts";
import { credentialOf } from "../../support/deployed.ts";
import { rested } from "../../support/worker/credentials.ts";
import { RecordedRequests } from "../recorded-requests.ts";

const DAY_MS = 86_400_000;
const LOG4SHELL = "CVE-2021-44228";
const OPERATIONS = {
  osv: "OSV_GetVulnById",
  nvd: "getCves",
  kev: "getKevCatalog",
  epss: "getEpss",
} as const;

/** The instance of the tests remembers nothing, so that each fault is seen. This one does. */
const REMEMBERING: Env = { ...env, INTELLIGENCE_MEMORY_MS: String(DAY_MS) };

const fail = (vendor: keyof typeof OPERATIONS, mode: string) =>
  inject({ vendor, operation: OPERATIONS[vendor], mode });

async function lookup(cve_id: string) {
  const outcome = await lookupCve.run({ cve_id }, {
    env: REMEMBERING,
    now: Date.now(),
    upstream: (name) => upstreamFor(env, name),
    progress: () => undefined,
  } as Partial<ReadContext> as ReadContext);
  return answerOfRead(outcome as Parameters<typeof answerOfRead>[0], { cve_id });
}

beforeEach(async () => {
  await resetLab();
  await rested("osv.read", "nvd.read", "kev.read", "epss.read");
  await env.DB.exec("DELETE FROM remembered_answers");
});

describe("what the sources said lately", () => {
  const age = (ms: number) =>
    env.DB.prepare("UPDATE remembered_answers SET asked_at = asked_at - ?").bind(ms).run();
  const sourcesOf = (answered: Awaited<ReturnType<typeof lookup>>) =>
    "coverage" in answered
      ? Object.fromEntries(answered.coverage.sources.map((one) => [one.source, one]))
      : {};

  test("stands for asking for a day, and says how old it is", async () => {
    const first = await lookup(LOG4SHELL);
    const second = await lookup(LOG4SHELL);
    for (const source of ["osv", "nvd", "epss"] as const) {
      expect(await requestsOf(OPERATIONS[source])).toHaveLength(1);
      expect(sourcesOf(second)[source]).toMatchObject({ status: "ok", as_of: expect.any(String) });
    }
    expect("data" in second && second.data).toEqual("data" in first && first.data);
    await age(DAY_MS);
    await lookup(LOG4SHELL);
    expect(await requestsOf(OPERATIONS.nvd)).toHaveLength(2);
  });

  test("serves twelve who ask at once again, without a request to NVD", async () => {
    const ids = vulnerabilities.slice(0, 12).map(({ cve }) => cve);
    for (const cve of ids) await lookup(cve);
    await fail("nvd", "rate_limit");
    const answers = await Promise.all(ids.map(lookup));
    expect(answers.map((answered) => sourcesOf(answered).nvd?.status)).toEqual(ids.map(() => "ok"));
  });

  test.each(["osv", "nvd", "epss"] as const)(
    "serves where %s can't be asked, however old it is",
    async (source) => {
      await lookup(LOG4SHELL);
      await age(3 * DAY_MS);
      await fail(source, "status");
      const answered = await lookup(LOG4SHELL);
      expect(answered).toMatchObject({ status: "ok", coverage: { complete: true } });
      const as_of = Date.parse(sourcesOf(answered)[source]?.as_of ?? "");
      expect(as_of).toBeLessThan(Date.now() - 2 * DAY_MS);
    },
  );

  test("doesn't hide that a source has changed its contract", async () => {
    await lookup(LOG4SHELL);
    await age(3 * DAY_MS);
    await fail("nvd", "drift");
    expect(sourcesOf(await lookup(LOG4SHELL)).nvd).toMatchObject({
      status: "error",
      error: { kind: "contract" },
    });
  });

  test("isn't what a source didn't know: it may learn of it", async () => {
    await lookup("CVE-2024-3094");
    await lookup("CVE-2024-3094");
    expect(await requestsOf(OPERATIONS.osv)).toHaveLength(2);
    expect(await requestsOf(OPERATIONS.nvd)).toHaveLength(1);
  });

  test("is let go of when it is old, or too much", async () => {
    const memory = new Memory(REMEMBERING, "test");
    const kept = async () =>
      (await env.DB.prepare("SELECT count(*) AS count FROM remembered_answers").first<{ count: number }>())
        ?.count;
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
       INSERT INTO remembered_answers SELECT 'many', i, i, '{}' FROM n`,
    ).run();
    await memory.keep("CVE-2020-0001", { said: 1 }, 3_000);
    expect(await kept()).toBe(2_000);
    expect(await memory.recall("CVE-2020-0001")).toEqual({ said: { said: 1 }, asked_at: 3_000 });
    await memory.keep("CVE-2020-0002", {}, 31 * DAY_MS);
    expect(await kept()).toBe(1);
    await memory.keep("CVE-2020-0003", "x".repeat(1_500_001), 31 * DAY_MS);
    expect(await memory.recall("CVE-2020-0003")).toBeNull();
  });

  test("is nothing on an instance that is not to remember", async () => {
    const memory = new Memory(env, "test");
    await memory.keep("CVE-2020-0001", {}, Date.now());
    expect(await memory.recall("CVE-2020-0001")).toBeNull();
  });

  test("is asked for where the store fails", async () => {
    const broken = {
      prepare: () => {
        throw new Error("no such table");
      },
    } as unknown as D1Database;
    const memory = new Memory({ ...REMEMBERING, DB: broken }, "test");
    await memory.keep("CVE-2020-0001", {}, Date.now());
    expect(await memory.recall("CVE-2020-0001")).toBeNull();
  });
});

describe("the catalogue of known exploited vulnerabilities", () => {
  const read = () => knownExploited(upstreamFor(env, credentialOf("kev.read")), REMEMBERING, Date.now());

  test("is sent once, and asked about each time", async () => {
    const first = await read();
    const second = await read();
    expect(second.entries).toEqual(first.entries);
    expect(first.entries.has(LOG4SHELL)).toBe(true);
    expect(first.entries.has("CVE-2024-3094")).toBe(false);
    expect((await requestsOf(OPERATIONS.kev)).map(({ status }) => status).at(-1)).toBe(304);
  });

  test("proves nothing to a control when CISA can't be asked", async () => {
    await read();
    await fail("kev", "status");
    await expect(read()).rejects.toMatchObject({ code: "upstream_unavailable" });
  });

  test("says as of when it is, where CISA can't be asked", async () => {
    await read();
    await fail("kev", "reset");
    const answered = await lookup(LOG4SHELL);
    expect(answered).toMatchObject({ data: { known_exploited: true } });
    expect("coverage" in answered && answered.coverage.sources).toContainEqual(
      expect.objectContaining({ source: "kev", status: "ok", as_of: expect.any(String) }),
    );
  });

  describe("that is odd", () => {
    const entry = (cveID: unknown) => ({ cveID, dateAdded: "2021-12-10", dueDate: "2021-12-24" });
    const whole = Array.from({ length: 20 }, (_, nth) => entry(`CVE-2021-${String(10_000 + nth)}`));
    /** CISA answering with a catalogue of these entries, under a tag of its own. */
    const of = (entries: readonly unknown[], from = REMEMBERING) => {
      const upstream = new RecordedRequests({
        getKevCatalog: { count: entries.length, vulnerabilities: entries },
      });
      const readWithHeaders = upstream.readWithHeaders.bind(upstream);
      upstream.readWithHeaders = async (request, schema) => {
        const { body } = await readWithHeaders(request, schema);
        return { body, headers: new Headers({ etag: `"${entries.length}"` }) };
      };
      return { upstream, read: () => knownExploited(upstream, from, Date.now()) };
    };

    test("has doubts where it shrank, and isn't kept under its tag", async () => {
      const full = of(whole);
      expect(await full.read()).toMatchObject({ doubt: null });
      expect(await of(whole.slice(1)).read()).toMatchObject({ doubt: null });
      await full.read();
      expect(await of(whole.slice(5)).read()).toMatchObject({ doubt: { code: "upstream_contract_changed" } });
      await full.read();
      expect(full.upstream.asked.at(-1)?.headers).toEqual({ "if-none-match": '"20"' });
    });

    test("has doubts where an entry can't be read, and isn't kept", async () => {
      const odd = of([...whole, entry(7)]);
      const { entries, doubt } = await odd.read();
      expect(entries.size).toBe(20);
      expect(doubt).toMatchObject({ code: "upstream_contract_changed" });
      await odd.read();
      expect(odd.upstream.asked.at(-1)?.headers).not.toMatchObject({ "if-none-match": '"21"' });
    });

    test("is never empty", async () => {
      await expect(of([]).read()).rejects.toThrow();
    });

    test("is read from a mirror at another path", async () => {
      const mirror = of(whole, { ...REMEMBERING, CISA_KEV_PATH: "/cisagov/kev.json" });
      await mirror.read();
      expect(mirror.upstream.asked[0]?.path).toBe("/cisagov/kev.json");
    });

    test("says of what it has that it is exploited, and of what it lacks nothing", async () => {
      const about = (cve_id: string) => ({
        env: REMEMBERING,
        cve_id,
        now: Date.now(),
        queried_at: new Date().toISOString(),
      });
      await of(whole).read();
      const { upstream } = of(whole.slice(10));
      expect(await inCatalogue(about("CVE-2021-10019"), upstream)).toMatchObject({
        report: { status: "ok" },
      });
      expect(await inCatalogue(about("CVE-2021-10000"), upstream)).toMatchObject({
        said: undefined,
        report: { status: "error", count: 0 },
      });
    });
  });
});
