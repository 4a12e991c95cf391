/** Holds the console's stylesheet and icon, and the addresses that they are served at. */
import { createHash } from "node:crypto";

/** The console's one stylesheet: system fonts, two colour schemes, from 320 px on. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f5f6f8, #0f141a);
  --surface: light-dark(#ffffff, #171e26);
  --raised: light-dark(#f9fafb, #1d2630);
  --line: light-dark(#dce1e7, #2c3742);
  --field: light-dark(#87929e, #6b7885);
  --text: light-dark(#17212b, #e5eaef);
  --dim: light-dark(#566270, #9dabb8);
  --accent: light-dark(#1a5cb8, #83b6f7);
  --on-accent: light-dark(#ffffff, #0a1a2e);
  --accent-soft: light-dark(#e8f0fb, #1c2d44);
  --ok: light-dark(#11703f, #63cd93);
  --ok-soft: light-dark(#e4f4ea, #15301f);
  --warn: light-dark(#7d5200, #e6b450);
  --warn-soft: light-dark(#fdf2d8, #352a10);
  --bad: light-dark(#a9201a, #f5938b);
  --bad-soft: light-dark(#fcebe9, #3a1a18);
  --neutral-soft: light-dark(#eceff2, #26303a);
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "Liberation Mono", Menlo, monospace;
}
*, ::before, ::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; font: 0.9375rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: var(--text);
  background: var(--ground); overflow-wrap: break-word; }
a { color: var(--accent); text-underline-offset: 0.15em; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 0.25rem; letter-spacing: -0.01em; text-wrap: balance; }
h2 { font-size: 1.0625rem; line-height: 1.35; margin: 0 0 0.75rem; }
h3 { font-size: 0.9375rem; margin: 1.25rem 0 0.5rem; }
p { margin: 0 0 0.75rem; max-width: 68ch; }
code, pre, .mono { font-family: var(--mono); font-size: 0.8125rem; }
pre { margin: 0; padding: 1rem; overflow-x: auto; background: var(--raised); border: 1px solid var(--line);
  border-radius: 8px; white-space: pre-wrap; overflow-wrap: anywhere; }
.dim { color: var(--dim); }
.small { font-size: 0.8125rem; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
.skip { position: absolute; left: 0.75rem; top: -4rem; padding: 0.5rem 1rem; background: var(--accent);
  color: var(--on-accent); border-radius: 0 0 8px 8px; z-index: 2; }
.skip:focus { top: 0; }

.frame { display: grid; min-height: 100vh; grid-template: "nav main" 1fr "who main" auto / 15rem minmax(0, 1fr); }
.side { grid-area: nav; padding: 1.25rem 0.875rem; background: var(--surface); border-right: 1px solid var(--line); }
.who { grid-area: who; padding: 1rem 1.5rem 1.25rem; background: var(--surface); border-right: 1px solid var(--line);
  font-size: 0.8125rem; overflow-wrap: anywhere; }
.who p { margin: 0 0 0.25rem; }
main { grid-area: main; width: 100%; max-width: 76rem; padding: 1.75rem 2rem 3rem; }
.brand { display: flex; align-items: center; gap: 0.625rem; margin: 0 0.625rem 1.25rem; font-weight: 650;
  font-size: 1.0625rem; color: inherit; text-decoration: none; }
.brand svg { width: 1.5rem; height: 1.5rem; color: var(--accent); }
.brand small { display: block; font-weight: 400; font-size: 0.75rem; color: var(--dim); line-height: 1.2; }
nav ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 0.125rem; }
nav a { display: flex; align-items: center; justify-content: space-between; padding: 0.5rem 0.75rem; border-radius: 8px;
  color: inherit; text-decoration: none; }
nav a:hover { background: var(--neutral-soft); }
nav a[aria-current] { background: var(--accent-soft); color: var(--accent); font-weight: 600; }
.lead { color: var(--dim); margin-bottom: 1.25rem; }
.crumb { font-size: 0.8125rem; margin: 0 0 0.5rem; }

search { display: block; }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 1.25rem;
  margin: 0 0 1.25rem; min-width: 0; }
.card > :last-child { margin-bottom: 0; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); gap: 1.25rem;
  margin-bottom: 1.25rem; }
.cards > .card { margin: 0; }
.columns { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 1.25rem; align-items: start; }
.figure { font-size: 2rem; font-weight: 650; line-height: 1.1; font-variant-numeric: tabular-nums; margin: 0 0 0.25rem; }
.heading { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: baseline; justify-content: space-between; }
.notice { border: 1px solid var(--line); border-left: 4px solid var(--dim); border-radius: 8px; padding: 0.75rem 1rem;
  margin: 0 0 1.25rem; background: var(--raised); }
.notice > :last-child { margin-bottom: 0; }
.notice.ok { border-left-color: var(--ok); background: var(--ok-soft); }
.notice.warn { border-left-color: var(--warn); background: var(--warn-soft); }
.notice.bad { border-left-color: var(--bad); background: var(--bad-soft); }

.badge { display: inline-flex; align-items: center; gap: 0.375rem; padding: 0.0625rem 0.5rem; border-radius: 999px;
  font-size: 0.8125rem; font-weight: 550; background: var(--neutral-soft); color: var(--text); }
.badge::before { content: ""; width: 0.5rem; height: 0.5rem; border-radius: 50%; background: currentcolor; flex: none; }
.badge.ok { background: var(--ok-soft); color: var(--ok); }
.badge.warn { background: var(--warn-soft); color: var(--warn); }
.badge.bad { background: var(--bad-soft); color: var(--bad); }
.badge.info { background: var(--accent-soft); color: var(--accent); }

dl.facts { display: grid; grid-template-columns: fit-content(9rem) minmax(0, 1fr); gap: 0.5rem 1.25rem; margin: 0; }
dl.facts.wide { grid-template-columns: fit-content(22rem) minmax(0, 1fr); }
dl.facts dt { color: var(--dim); }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }

.table-wrap { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
caption { text-align: left; font-weight: 600; padding-bottom: 0.5rem; }
th { text-align: left; font-weight: 600; font-size: 0.8125rem; color: var(--dim); white-space: nowrap; }
th, td { padding: 0.5rem 0.75rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th:first-child, td:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
tbody tr:last-child td { border-bottom: 0; }
td > div { min-width: 5.5rem; max-width: 26rem; }
bdi, .heading > *, .even td { overflow-wrap: anywhere; }
time + .dim { white-space: nowrap; }
.even table { table-layout: fixed; }
.even th:first-child { width: 27%; }
.even th:last-child { width: 24%; }
td .id { display: inline-block; min-width: 9rem; }
dl.facts + .table-wrap, .table-wrap + details { margin-top: 1rem; }
h1 + .notice { margin-top: 0.75rem; }
.id { font-family: var(--mono); font-size: 0.8125rem; }

form { margin: 0; }
form + p, ol.timeline + p { margin-top: 0.875rem; }
label, .label { display: block; font-weight: 550; margin-bottom: 0.25rem; }
.hint { color: var(--dim); font-size: 0.8125rem; font-weight: 400; }
input:not([type=hidden]), select, textarea { font: inherit; color: inherit; width: 100%; min-height: 2.5rem;
  padding: 0.4375rem 0.625rem; background: var(--surface); border: 1px solid var(--field); border-radius: 7px; }
input[type=checkbox] { width: auto; min-height: 0; flex: none; }
fieldset { border: 0; margin: 0.75rem 0 1rem; padding: 0; display: grid; gap: 0.5rem; }
label.check { display: flex; align-items: baseline; gap: 0.5rem; font-weight: 400; margin: 0; }
textarea { min-height: 5rem; resize: vertical; }
.fields { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 12rem), 1fr)); gap: 0.875rem 1rem;
  align-items: end; }
.actions { display: flex; flex-wrap: wrap; gap: 0.75rem; margin-top: 1rem; }
button, .button { display: inline-flex; align-items: center; justify-content: center; font: inherit; font-weight: 600;
  min-height: 2.5rem; padding: 0.4375rem 1.125rem; border-radius: 7px; border: 1px solid var(--field);
  background: var(--surface); color: var(--text); text-decoration: none; cursor: pointer; white-space: nowrap; }
button:hover, .button:hover { background: var(--neutral-soft); }
button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
button.danger { color: var(--bad); border-color: currentcolor; }
button.primary:hover { filter: brightness(1.08); }
button.small { min-height: 2rem; padding: 0.125rem 0.75rem; font-size: 0.8125rem; }
button.link { border: 0; background: none; padding: 0; min-height: 1.5rem; color: var(--accent); font-weight: 400;
  text-decoration: underline; text-underline-offset: 0.15em; }
details > summary { cursor: pointer; color: var(--accent); }
details[open] > summary { margin-bottom: 0.75rem; }
.pager { display: flex; flex-wrap: wrap; gap: 0.75rem; justify-content: space-between; align-items: center;
  margin-top: 1rem; }

ol.timeline { list-style: none; margin: 0; padding: 0; }
ol.timeline > li { position: relative; padding: 0 0 1.125rem 1.5rem; border-left: 2px solid var(--line); margin-left: 0.375rem; }
ol.timeline > li:last-child { border-color: transparent; padding-bottom: 0; }
ol.timeline > li::before { content: ""; position: absolute; left: -0.4375rem; top: 0.375rem; width: 0.75rem; height: 0.75rem;
  border-radius: 50%; background: var(--surface); border: 2px solid var(--field); }
ol.timeline p { margin: 0.125rem 0 0; }

.chart { display: block; width: 100%; height: auto; }
.chart .bar { fill: var(--accent); }
.chart .bar.warn { fill: var(--warn); }
.chart .bar.bad { fill: var(--bad); }
.chart .axis { stroke: var(--line); }
.chart text { fill: var(--dim); font-size: 10px; font-family: inherit; }
.plain { list-style: none; margin: 0; padding: 0; display: grid; gap: 0.75rem; }
.lone { max-width: 34rem; margin: 12vh auto; padding: 0 1rem; }

@media (max-width: 70rem) {
  .frame { grid-template: "nav" auto "main" 1fr "who" auto / minmax(0, 1fr); }
  .side { border-right: 0; border-bottom: 1px solid var(--line); padding: 0.75rem 1rem; }
  .who { border-right: 0; border-top: 1px solid var(--line); padding: 1rem; }
  .brand { margin: 0 0 0.5rem; }
  nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem; }
  nav a { padding: 0.375rem 0.75rem; }
  main { padding: 1.25rem 1rem 2rem; }
  .columns { grid-template-columns: minmax(0, 1fr); gap: 0; }
}
@media (max-width: 56rem) {
  table, tbody, tr, td { display: block; }
  td { overflow-wrap: anywhere; }
  td > div, td .id { min-width: 0; max-width: none; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { padding: 0.625rem 0; border-bottom: 1px solid var(--line); }
  tbody tr:last-child { border-bottom: 0; }
  td, td:first-child, td:last-child { border: 0; padding: 0.125rem 0; display: grid;
    grid-template-columns: 6.5rem minmax(0, 1fr); gap: 0.75rem; justify-items: start; }
  td::before { content: attr(data-label); color: var(--dim); font-size: 0.8125rem; }
  td[data-label=""] { grid-template-columns: minmax(0, 1fr); justify-items: stretch; }
  td[data-label=""]::before { content: none; }
}
@media (max-width: 40rem) {
  h1 { font-size: 1.3125rem; }
  .card { padding: 1rem; }
  dl.facts, dl.facts.wide { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dl.facts dd { margin-bottom: 0.625rem; }
}
@media (forced-colors: active) { .badge, .notice { border: 1px solid; } }
`;

/** A gate in a wall, in the accent of the light scheme. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#1a5cb8" stroke-width="2"><path d="M4 21V5h3v2h3V5h4v2h3V5h3v16M9 21v-6a3 3 0 0 1 6 0v6"/></svg>`;

const hash = createHash("sha256").update(STYLE).digest("base64url").slice(0, 12);

/** Where the stylesheet is. Another one after each change, so that browsers may keep it for good. */
export const STYLE_PATH = `/console/assets/style-${hash}.css`;
export const ICON_PATH = "/console/assets/icon.svg";
