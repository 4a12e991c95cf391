/** The report's own style: readable on a screen, and on paper. */
export const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d3dae2, #3a444f); --dim: light-dark(#56626f, #a4b0bc);
  --pass: light-dark(#11692f, #6fd08c); --fail: light-dark(#a51d1d, #ff9a8f); --open: light-dark(#7a4b00, #f0c060);
  --ground: light-dark(#ffffff, #14191f); --text: light-dark(#17202a, #e6ebf0); }
* { box-sizing: border-box; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; padding: 1.5rem 1rem; background: var(--ground); color: var(--text); }
main { max-width: 60rem; margin: 0 auto; overflow-wrap: anywhere; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .75rem; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 0 0 .5rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
p { margin: .5rem 0; }
section { border-top: 1px solid var(--line); margin-top: 2rem; padding-top: 1.5rem; break-inside: avoid-page; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
th, td { text-align: left; vertical-align: top; padding: .375rem .75rem .375rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--dim); font-weight: 600; }
a { color: inherit; }
.wide { overflow-x: auto; }
.wide td, .wide th { overflow-wrap: normal; }
.question { font-style: italic; }
.dim { color: var(--dim); font-size: .875rem; }
.hash { overflow-wrap: anywhere; }
.summary { font-size: 1.125rem; font-weight: 600; }
.summary span { margin-right: .75rem; }
.answer { font-size: .875rem; border: 1px solid currentcolor; border-radius: 999px; padding: .125rem .625rem; white-space: nowrap; }
.pass { color: var(--pass); }
.fail { color: var(--fail); }
.indeterminate { color: var(--open); }
@media print { :root { color-scheme: light; } body { padding: 0; } }
`;
