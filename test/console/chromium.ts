import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import chromium from "@sparticuz/chromium";
import {
  type Browser,
  type BrowserContext,
  type Locator,
  type Page,
  chromium as playwright,
} from "playwright-core";

/** Where screenshots are kept for people to look at. Not in the repository. */
const ARTEFACTS = join(import.meta.dirname, "../../artefacts/console");

const WIDTHS = { wide: { width: 1280, height: 860 }, narrow: { width: 400, height: 860 } } as const;
const SCHEMES = ["light", "dark"] as const;

/** A real browser. The caller closes it. */
export async function launchChromium(): Promise<Browser> {
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    // Not the package's own arguments: they turn web security off, and put all pages into one process. Its sandbox
    // refuses to start for root, who it is in containers.
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    headless: true,
  });
}

/** A person's browser, in which nothing may run: the console has to work without scripts. */
export function withoutScripts(browser: Browser): Promise<BrowserContext> {
  return browser.newContext({ javaScriptEnabled: false, viewport: WIDTHS.wide });
}

/** Signs in at the lab's page, if that is what came up. */
export async function signInAtLab(page: Page, user: string): Promise<void> {
  if ((await page.locator("input[name=password]").count()) === 0) return;
  await page.fill("input[name=login]", user);
  await page.fill("input[name=password]", "lab");
  await follow(page.locator("button[type=submit]"));
}

/** Presses what leads to another page, and waits until that one is there whole: a click alone returns before. */
export async function follow(link: Locator): Promise<void> {
  await Promise.all([link.page().waitForEvent("load"), link.click()]);
}

/** Takes the page's picture in both colour schemes and both widths, whole. */
export async function picture(page: Page, name: string): Promise<void> {
  await mkdir(ARTEFACTS, { recursive: true });
  for (const [size, viewport] of Object.entries(WIDTHS)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(ARTEFACTS, `${name}-${size}-${colorScheme}.png`), fullPage: true });
    }
  }
  await page.setViewportSize(WIDTHS.wide);
  await page.emulateMedia({ colorScheme: "light" });
}

/** In pixels: a phone, and the screens that people have. */
const WIDTHS_TRIED = [400, 1024, 1280, 1440, 1920] as const;

/**
 * What doesn't fit at some width, in either colour scheme: elements that reach beyond the window, or whose content
 * reaches beyond them. What only screen readers get, and fields, which scroll by themselves, may.
 */
export async function misfits(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme });
    for (const width of WIDTHS_TRIED) {
      await page.setViewportSize({ width, height: WIDTHS.wide.height });
      const here = await page.locator("body *").evaluateAll((elements) =>
        elements
          .filter((element) => {
            const exempt = "svg, thead, .visually-hidden, .skip, input, select, textarea";
            if (element.closest(exempt) !== null) return false;
            const { scrollWidth, clientWidth } = element;
            const { right } = element.getBoundingClientRect();
            return right > window.innerWidth + 1 || (clientWidth > 0 && scrollWidth > clientWidth + 1);
          })
          .map(
            ({ tagName, className, textContent }) => `<${tagName} ${className}> ${textContent?.slice(0, 60)}`,
          ),
      );
      found.push(
        ...here.map((element) => `${new URL(page.url()).pathname} at ${width}, ${colorScheme}: ${element}`),
      );
    }
  }
  await page.setViewportSize(WIDTHS.wide);
  await page.emulateMedia({ colorScheme: "light" });
  return found;
}
