import { createPublicKey, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  authorization,
  Browser,
  claims,
  discovery,
  exchange,
  parseForm,
  refresh,
  signIn,
  submit,
} from "./support/browser.ts";
import { lab, post } from "./support/estate.ts";

describe("the identity provider", () => {
  it("signs a user in with one form, without a consent page, and says who it is in the id_token", async () => {
    const { issuer } = await lab();
    const browser = new Browser();
    const request = await authorization(issuer);

    const page = await browser.visit(request.url);
    expect(page.response?.status).toBe(200);
    const callback = await submit(browser, page, request.redirectUri, "responder");
    expect(callback.url.searchParams.get("state")).toBe(request.state);
    expect(callback.url.searchParams.get("iss")).toBe(issuer);

    const tokens = await exchange(issuer, callback.url, request);
    expect(tokens.status).toBe(200);
    expect(claims(tokens.id_token)).toMatchObject({
      iss: issuer,
      aud: "sallyport",
      sub: "responder@acme.test",
      nonce: request.nonce,
      email: "responder@acme.test",
      name: "Rosa Ferreira",
      groups: ["sallyport-responders"],
    });
    expect(tokens.refresh_token).toBeTruthy();
  });

  it("signs id_tokens with a key that it publishes", async () => {
    const { issuer } = await lab();
    const { id_token } = await signIn(issuer, "viewer");
    const { jwks_uri = "" } = await discovery(issuer);
    const { keys } = (await (await fetch(jwks_uri)).json()) as { keys: Record<string, string>[] };
    const [header = "", payload = "", signature = ""] = id_token.split(".");
    const key = createPublicKey({ key: keys[0] ?? {}, format: "jwk" });
    expect(
      verify("sha256", Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, "base64url")),
    ).toBe(true);
  });

  it("has a form with the fields login and password that posts to its own address", async () => {
    const { issuer } = await lab();
    const page = await new Browser().visit((await authorization(issuer)).url);
    const { action, fields } = parseForm((await page.response?.text()) ?? "");
    expect(action).toBe(page.url.pathname);
    expect(fields).toEqual(["login", "password"]);
  });

  it("takes the e-mail address for a login, too", async () => {
    const { issuer } = await lab();
    const tokens = await signIn(issuer, "approver@acme.test");
    expect(claims(tokens.id_token)).toMatchObject({
      sub: "approver@acme.test",
      groups: ["sallyport-approvers"],
    });
  });

  it("shows the form again after a wrong password, and the right one still works then", async () => {
    const { issuer } = await lab();
    const browser = new Browser();
    const request = await authorization(issuer);
    const again = await submit(
      browser,
      await browser.visit(request.url),
      request.redirectUri,
      "viewer",
      "wrong",
    );
    expect(again.response?.status).toBe(401);
    expect(await again.response?.clone().text()).toContain("Wrong user name or password");
    const callback = await submit(browser, again, request.redirectUri, "viewer");
    expect((await exchange(issuer, callback.url, request)).status).toBe(200);
  });

  it("escapes what was typed", async () => {
    const { issuer } = await lab();
    const browser = new Browser();
    const request = await authorization(issuer);
    const again = await submit(
      browser,
      await browser.visit(request.url),
      request.redirectUri,
      '"><script>',
      "x",
    );
    expect(await again.response?.text()).not.toContain("<script>");
  });

  it("needs no second sign-in in the same browser, unless asked for one", async () => {
    const { issuer } = await lab();
    const browser = new Browser();
    const first = await authorization(issuer);
    await submit(browser, await browser.visit(first.url), first.redirectUri, "viewer");

    const second = await authorization(issuer);
    const callback = await browser.visit(second.url, {}, (url) => url.href.startsWith(second.redirectUri));
    expect(claims((await exchange(issuer, callback.url, second)).id_token)).toMatchObject({
      sub: "viewer@acme.test",
    });

    const third = await authorization(issuer, { prompt: "login" });
    const page = await browser.visit(third.url);
    expect(page.response?.status).toBe(200);
    const other = await submit(browser, page, third.redirectUri, "auditor");
    expect(claims((await exchange(issuer, other.url, third)).id_token)).toMatchObject({
      sub: "auditor@acme.test",
    });
  });

  it("accepts any loopback port and no other address", async () => {
    const { issuer } = await lab();
    for (const redirect_uri of ["http://localhost:1/auth/callback", "http://127.0.0.1:65000/auth/callback"]) {
      expect((await signIn(issuer, "viewer", { redirect_uri })).status).toBe(200);
    }
    const refused = [
      "http://localhost:8787/elsewhere",
      "https://localhost:8787/auth/callback",
      "http://localhost.evil.example/auth/callback",
      "http://localhost@evil.example/auth/callback",
    ];
    for (const redirect_uri of refused) {
      const { response } = await new Browser().visit((await authorization(issuer, { redirect_uri })).url);
      expect(response?.status, redirect_uri).toBe(400);
    }
  });

  it("insists on PKCE", async () => {
    const { issuer } = await lab();
    const request = await authorization(issuer, { code_challenge: "", code_challenge_method: "" });
    const callback = await new Browser().visit(request.url, {}, (url) =>
      url.href.startsWith(request.redirectUri),
    );
    expect(callback.url.searchParams.get("error")).toBe("invalid_request");
  });

  it("refuses a code with the wrong verifier", async () => {
    const { issuer } = await lab();
    const browser = new Browser();
    const request = await authorization(issuer);
    const callback = await submit(browser, await browser.visit(request.url), request.redirectUri, "viewer");
    const tokens = await exchange(issuer, callback.url, { ...request, verifier: "x".repeat(43) });
    expect(tokens).toMatchObject({ status: 400, error: "invalid_grant" });
  });

  it("gives out a refresh token only for offline_access", async () => {
    const { issuer } = await lab();
    const tokens = await signIn(issuer, "viewer", { scope: "openid email" });
    expect(tokens.refresh_token).toBeUndefined();
    expect(claims(tokens.id_token)).not.toHaveProperty("groups");
  });

  it("rotates refresh tokens, and a used one ends its whole grant but no other", async () => {
    const { issuer } = await lab();
    const other = await signIn(issuer, "viewer");
    const first = await signIn(issuer, "viewer");
    const second = await refresh(issuer, first.refresh_token);
    expect(second.status).toBe(200);
    expect(second.refresh_token).not.toBe(first.refresh_token);

    expect(await refresh(issuer, first.refresh_token)).toMatchObject({ status: 400, error: "invalid_grant" });
    expect(await refresh(issuer, second.refresh_token)).toMatchObject({
      status: 400,
      error: "invalid_grant",
    });
    expect((await refresh(issuer, other.refresh_token)).status).toBe(200);
  });

  it("lets only one of several through who use a refresh token at the same moment", async () => {
    const { issuer } = await lab();
    const { refresh_token } = await signIn(issuer, "viewer");
    const answers = await Promise.all(Array.from({ length: 5 }, () => refresh(issuer, refresh_token)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400, 400]);
  });

  it("tells who a token belongs to at userinfo", async () => {
    const { issuer } = await lab();
    const { userinfo_endpoint = "" } = await discovery(issuer);
    const { access_token } = await signIn(issuer, "admin");
    const response = await fetch(userinfo_endpoint, { headers: { authorization: `Bearer ${access_token}` } });
    expect(await response.json()).toMatchObject({
      sub: "admin@acme.test",
      groups: ["sallyport-admins"],
      name: "Ada Moreau",
    });
  });

  it("has a user without groups", async () => {
    const { issuer } = await lab();
    expect(claims((await signIn(issuer, "nobody")).id_token)).toMatchObject({
      sub: "nobody@acme.test",
      groups: [],
    });
  });
});

describe("the controls over users", () => {
  it("disable a user: no sign-in, no refresh, no silent re-use of the browser's session", async () => {
    const { url, issuer } = await lab();
    const browser = new Browser();
    const request = await authorization(issuer);
    const callback = await submit(browser, await browser.visit(request.url), request.redirectUri, "analyst");
    const tokens = await exchange(issuer, callback.url, request);

    expect(await (await post(`${url}/users/analyst`, { disabled: true })).json()).toMatchObject({
      disabled: true,
    });

    expect(await refresh(issuer, tokens.refresh_token)).toMatchObject({
      status: 400,
      error: "invalid_grant",
    });
    const again = await authorization(issuer);
    const page = await browser.visit(again.url);
    const refused = await submit(browser, page, again.redirectUri, "analyst");
    expect(refused.response?.status).toBe(401);
    const { userinfo_endpoint = "" } = await discovery(issuer);
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    expect((await fetch(userinfo_endpoint, { headers })).status).toBe(401);

    await post(`${url}/users/analyst`, { disabled: false });
    expect((await refresh(issuer, tokens.refresh_token)).status).toBe(200);
  });

  it("change groups, which the next refresh shows", async () => {
    const { url, issuer } = await lab();
    const tokens = await signIn(issuer, "responder");
    await post(`${url}/users/responder@acme.test`, { groups: ["sallyport-viewers"] });
    const refreshed = await refresh(issuer, tokens.refresh_token);
    expect(claims(refreshed.id_token)).toMatchObject({ groups: ["sallyport-viewers"] });
  });

  it("keep what an earlier change said of another field, until a reset", async () => {
    const { url } = await lab();
    await post(`${url}/users/viewer`, { groups: [] });
    await post(`${url}/users/viewer`, { disabled: true });
    const viewer = async () => ((await (await fetch(`${url}/users`)).json()) as { login: string }[])[0];
    expect(await viewer()).toMatchObject({ login: "viewer", groups: [], disabled: true });
    await post(`${url}/reset`, {});
    expect(await viewer()).toMatchObject({ groups: ["sallyport-viewers"], disabled: false });
  });

  it("refuse what they don't know, and say which field", async () => {
    const { url } = await lab();
    expect((await post(`${url}/users/nemo`, { disabled: true })).status).toBe(404);
    const refused = await post(`${url}/users/viewer`, { disable: true });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: { issues: [{ field: "disable" }] } });
  });

  it("survive a reset as far as sessions go: refresh tokens stay good", async () => {
    const { url, issuer } = await lab();
    const tokens = await signIn(issuer, "viewer");
    await post(`${url}/reset`, {});
    expect((await refresh(issuer, tokens.refresh_token)).status).toBe(200);
  });
});
