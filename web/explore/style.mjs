// How the figures look: the palette of the page, and fields that a finger finds.
export const STYLE = `
/* Its own width decides, not the window's. */
:host { display: block; container-type: inline-size; margin: 1.5rem 0; }
section { border: 1px solid var(--book-grid); border-radius: .4rem; padding: .75rem 1rem; color: var(--book-ink); background: var(--book-paper); line-height: 1.5; }
p { margin: .4rem 0; }
.title { font-weight: 700; }
.controls { display: flex; flex-wrap: wrap; gap: .4rem .9rem; align-items: end; margin: .5rem 0; }
.steps { display: flex; gap: .4rem; white-space: nowrap; }
label { display: inline-flex; flex-direction: column; font-size: .9rem; color: var(--book-muted); }
label.toggle { flex-direction: row; align-items: center; gap: .4rem; color: var(--book-ink); min-height: 44px; }
button, select, input:not([type=range], [type=checkbox]) { font: inherit; color: var(--book-ink); background: var(--book-surface); border: 1px solid var(--book-muted); border-radius: .3rem; min-height: 44px; min-width: 44px; padding: .2rem .8rem; box-sizing: border-box; }
button { cursor: pointer; }
button:disabled, select:disabled, input:disabled { color: var(--book-muted); border-style: dashed; cursor: not-allowed; }
label:has(:disabled, [aria-disabled=true]) { color: var(--book-muted); cursor: not-allowed; }
input { accent-color: var(--book-blue); }
input[type=checkbox] { width: 1.3rem; height: 1.3rem; margin: 0; }
input[type=range] { height: 44px; width: min(14rem, 70vw); margin: 0; touch-action: pan-y; }
output { color: var(--book-ink); font-variant-numeric: tabular-nums; }
:focus-visible { outline: 3px solid var(--book-orange); outline-offset: 2px; }
.question:not(:empty) { border-left: .25rem solid var(--book-orange); margin: .5rem 0; padding-left: .75rem; }
.question > p { margin: 0; }
fieldset { border: 0; margin: 0; padding: 0; min-width: 0; }
legend { padding: 0; margin-bottom: .3rem; }
fieldset button { margin: 0 .5rem .4rem 0; }
.said { min-height: 3em; overflow-wrap: anywhere; }
.foot { display: flex; flex-wrap: wrap; gap: 1rem; align-items: center; margin-bottom: 0; }
.link { color: var(--book-blue); min-height: 44px; display: inline-flex; align-items: center; }
.drawing { overflow-x: auto; }
.beside { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; justify-content: center; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .15rem .5rem; text-align: right; font-weight: 400; color: var(--book-muted); }
th[scope=row] { text-align: left; }
.now { color: var(--book-ink); font-weight: 700; }
.sum { text-align: center; min-height: 1.5em; overflow-wrap: anywhere; }
svg { display: block; max-width: 100%; height: auto; margin: .5rem auto; touch-action: pan-y; }
text { fill: var(--book-ink); font: 15px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; text-anchor: middle; dominant-baseline: central; }
text.small { font-size: 13px; fill: var(--book-muted); }
text.start { text-anchor: start; }
text.end { text-anchor: end; }
rect, circle, path, line, polyline { fill: none; stroke: var(--book-grid); stroke-width: 1.5; }
.muted { stroke: var(--book-muted); } text.muted { fill: var(--book-muted); stroke: none; }
.hot { stroke: var(--book-orange); stroke-width: 2.5; } text.hot { fill: var(--book-orange); stroke: none; font-weight: 700; }
.row-0 { stroke: var(--book-muted); } .row-1 { stroke: var(--book-blue); } .row-2 { stroke: var(--book-green); } .row-3 { stroke: var(--book-purple); } .row-4, .ink { stroke: var(--book-ink); }
text:is(.row-0, .row-1, .row-2, .row-3, .row-4) { stroke: none; font-weight: 700; }
text.row-0 { fill: var(--book-muted); } text.row-1 { fill: var(--book-blue); } text.row-2 { fill: var(--book-green); } text.row-3 { fill: var(--book-purple); }
.dashed { stroke-dasharray: 5 4; }
@container (max-width: 460px) {
  section { padding: .6rem .6rem; }
  .said { min-height: 6em; }
  :host(:lang(zh)) .said { min-height: 4.5em; }
  /* A wide table: the words of a row stand above its numbers. */
  .stacked { width: 100%; }
  .stacked tr { display: grid; grid-template-columns: repeat(4, 1fr); }
  .stacked th[scope=row] { grid-column: 1 / -1; }
  .stacked td:empty { display: none; }
}
@media print { .controls, .foot, .question:has(fieldset) { display: none; } section { break-inside: avoid; } }
`;
