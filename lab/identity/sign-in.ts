/** The sign-in form. */
import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { errors, type Interaction, type InteractionResult, type Provider } from "oidc-provider";
import type { Directory } from "./directory.ts";
import { errorPage, signInPage } from "./pages.ts";
import { grantScopes } from "./provider.ts";

type Env = { Bindings: HttpBindings };

/** The pages between an authorization request and its answer: one form, and no consent page. */
export function signInApp(provider: Provider, directory: Directory): Hono<Env> {
  const app = new Hono<Env>();

  const details = (c: Context<Env>) => provider.interactionDetails(c.env.incoming, c.env.outgoing);
  const finish = async (
    c: Context<Env>,
    interaction: Interaction,
    accountId: string,
    result: InteractionResult,
  ) => {
    const { client_id = "", scope = "" } = interaction.params;
    const grantId = await grantScopes(provider, accountId, client_id, scope);
    const granted = { ...result, consent: { grantId } };
    return c.redirect(await provider.interactionResult(c.env.incoming, c.env.outgoing, granted), 303);
  };

  app.get("/:uid", async (c) => {
    const interaction = await details(c);
    const signedIn = interaction.session?.accountId;
    // Whoever is signed in already needs no page: consent to a first-party client is given.
    if (interaction.prompt.name === "consent" && signedIn) return finish(c, interaction, signedIn, {});
    return c.html(signInPage(c.req.path, interaction.params.login_hint ?? ""));
  });

  app.post("/:uid", async (c) => {
    const interaction = await details(c);
    const form = new URLSearchParams(await c.req.text());
    const login = form.get("login") ?? "";
    const user = directory.authenticate(login, form.get("password") ?? "");
    if (!user)
      return c.html(
        signInPage(c.req.path, login, "Wrong user name or password, or the account is disabled."),
        401,
      );
    await endOtherSession(provider, interaction, user.id);
    return finish(c, interaction, user.id, { login: { accountId: user.id } });
  });

  app.onError((error, c) => {
    if (!(error instanceof errors.SessionNotFound)) console.error("sign-in:", error);
    const message = "This sign-in has expired or was begun in another browser. Please start again.";
    return c.html(errorPage([message]), 400);
  });
  return app;
}

/**
 * Ends the browser's session of somebody else. Left to itself the provider would, by a form that a script submits,
 * which nothing without scripts gets past.
 */
async function endOtherSession(
  provider: Provider,
  interaction: Interaction,
  accountId: string,
): Promise<void> {
  const { session } = interaction;
  if (!session?.uid || session.accountId === undefined || session.accountId === accountId) return;
  await (await provider.Session.findByUid(session.uid))?.destroy();
  delete interaction.session;
  await interaction.save(interaction.exp - Math.floor(Date.now() / 1000));
}
