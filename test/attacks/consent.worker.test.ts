/** Whoever would have a person say yes without knowing it, or to another than they think. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { headingOf } from "../../cli/browser.ts";
import { consoleOf } from "../support/worker/console.ts";
import { newClient, reach } from "../support/worker/oauth.ts";
import { eventsOf } from "../support/worker/person.ts";

describe("consent forgery", () => {
  // The provider's defence: the page's cookie.
  test("a form posted from another browser, or without the page's cookie, is nothing", async () => {
    const client = await newClient();
    const page = await client.openConsentPage({ user: "responder", scope: "devices:read" });
    const answer = await client.browser().submit(page.form, { decision: "approve" });
    expect(answer.status).toBe(400);
    expect(answer.html).toContain("not started in this browser");
    expect((await page.allow()).scope).toBe("devices:read");
  });

  test("another person's sign-in can't be put into the form", async () => {
    const client = await newClient();
    const own = await client.openConsentPage({ user: "responder", scope: "devices:read" });
    const other = await client.openConsentPage({ user: "viewer", scope: "devices:read" });
    const smuggled = { sign_in: other.form.fields.find(([name]) => name === "sign_in")?.[1] ?? "" };
    const answer = await own.press("approve", ["devices:read"], smuggled);
    expect([answer.status, headingOf(answer.html)]).toEqual([400, "This page has expired"]);
  });

  test("a form that another site posts is refused, whatever it holds", async () => {
    const body = new URLSearchParams({ decision: "approve", handle: "x", sign_in: "x" });
    for (const origin of ["https://evil.example", "null"]) {
      const answer = await reach(`${env.PUBLIC_URL}/authorize`, {
        method: "POST",
        headers: { origin },
        body,
      });
      expect(answer.status).toBe(403);
    }
  });

  test("scopes that weren't on the page can't be had by posting them", async () => {
    const client = await newClient();
    const page = await client.openConsentPage({ user: "viewer", scope: "devices:read" });
    const answer = await page.press("approve", ["devices:read", "devices:contain"]);
    expect([answer.status, headingOf(answer.html)]).toEqual([400, "This wasn't offered"]);
    expect(await eventsOf("viewer", client.client_id)).not.toContainEqual(
      expect.objectContaining({ type: "consent" }),
    );
  });
});

describe("framing", () => {
  test("no page of a person's can be put into another site's, whatever came of the request", async () => {
    const client = await newClient();
    const consent = await client.openConsentPage({ user: "responder", scope: "devices:read" });
    const approver = await consoleOf("approver");
    const pages = [
      ["consent", consent.headers],
      ["sign-in problem", (await reach(`${env.PUBLIC_URL}/auth/callback`, {})).headers],
      ["client problem", (await reach(`${env.PUBLIC_URL}/authorize?client_id=x`, {})).headers],
      ["front", (await reach(`${env.PUBLIC_URL}/`, {})).headers],
      ["console", (await approver.open("/console")).headers],
      ["approvals", (await approver.open("/console/approvals")).headers],
      ["approval", (await approver.open("/console/approvals/op_none")).headers],
      ["console problem", (await reach(`${env.PUBLIC_URL}/console/nothing`, {})).headers],
      ["signed out", (await reach(`${env.PUBLIC_URL}/console/signed-out`, {})).headers],
    ] as const;
    for (const [page, headers] of pages) {
      expect(headers.get("content-security-policy"), page).toContain("frame-ancestors 'none'");
      expect(headers.get("x-frame-options"), page).toBe("DENY");
    }
  });
});

describe("a client that passes for another", () => {
  async function pageOf(clientName: string): Promise<string> {
    const client = await newClient({ clientName });
    return (await client.openConsentPage({ user: "responder", scope: "devices:read" })).html;
  }

  test("can't hide what it is in characters that nobody sees", async () => {
    const tags = [..."evil"].map((letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join("");
    const html = await pageOf(`Cla\u200Bude\u202E\uFE0F\u3164${tags}\u2066 Desktop`);
    expect(headingOf(html)).toBe("Allow “Claude Desktop” to act for you?");
  });

  test("without a name that can be seen is called so", async () => {
    expect(headingOf(await pageOf("\u200B\u3164\u2800"))).toBe(
      "Allow “An app without a name” to act for you?",
    );
  });

  test("by letters of another alphabet is pointed out, and so is that nobody vouches for a name", async () => {
    const html = await pageOf("\u0421laude");
    expect(html).toContain("Its name mixes letters of different alphabets.");
    expect(html).toContain("its name is not verified");
    expect(await pageOf("Яндекс Agent")).not.toContain("mixes letters");
  });

  test("by a look-alike address is shown as the address is, not as it looks", async () => {
    const client = await newClient({ redirectUri: "https://cl\u0430ude.example/callback" });
    const { html } = await client.openConsentPage({ user: "responder", scope: "devices:read" });
    expect(html).toContain("<strong>xn--clude-5ve.example</strong>");
  });

  test("can't write into the page", async () => {
    const html = await pageOf('<script>alert(1)</script><img src=x onerror="x">');
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(html).not.toMatch(/<script|<img/);
  });
});
