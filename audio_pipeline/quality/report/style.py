"""The look of the report: light and dark, phone and desk."""

STYLE = """
:root { --back: #fbfaf7; --card: #ffffff; --ink: #1d1f24; --soft: #6c717b; --line: #e5e2da;
  --pass: #1f8a4c; --fail: #cf3a24; --none: #9a9fa8; color-scheme: light dark; }
@media (prefers-color-scheme: dark) { :root { --back: #131417; --card: #1c1e23; --ink: #ecebe6;
  --soft: #9a9fa8; --line: #2d3037; --pass: #4cc27f; --fail: #ff6f59; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink);
  font: 16px/1.5 ui-rounded, "Avenir Next", "Segoe UI", system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 28px 18px 80px; }
h1 { font-size: clamp(30px, 6vw, 52px); line-height: 1.05; margin: 0 0 6px;
  letter-spacing: -.02em; overflow-wrap: anywhere; }
h2 { font-size: 22px; margin: 52px 0 4px; letter-spacing: -.01em; }
h3 { font-size: 17px; margin: 0 0 8px; }
p { margin: 4px 0 14px; } .soft { color: var(--soft); } small { color: var(--soft); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 16px;
  padding: 16px; margin: 14px 0; }
.wide { overflow-x: auto; } .wide img { display: block; width: 100%; min-width: 760px; }
.pill { display: inline-block; border-radius: 99px; padding: 1px 10px; font-size: 13px;
  font-weight: 650; border: 1.5px solid currentColor; white-space: nowrap; }
.PASS { color: var(--pass); } .FAIL { color: var(--fail); } .none { color: var(--none); }
.big { font-size: 17px; padding: 5px 16px; }
.pad { display: grid; grid-template-columns: 1fr auto 1fr; gap: 10px 14px; max-width: 720px;
  margin: 0 auto; grid-template-areas: "a p b" "c p d"; }
.pad svg { width: min(84vw, 380px); grid-area: p; touch-action: manipulation; }
.corner { font-weight: 650; overflow-wrap: anywhere; line-height: 1.3; }
.corner small { display: block; font-weight: 400; }
.top_left { grid-area: a; text-align: right; } .top_right { grid-area: b; }
.bottom_left { grid-area: c; text-align: right; align-self: end; }
.bottom_right { grid-area: d; align-self: end; }
.spot { cursor: pointer; } .spot circle { transition: r .12s; } .spot:hover circle { r: 17px; }
.spot:focus { outline: none; } .spot:focus-visible circle, .on circle { stroke: #fff;
  stroke-width: 3; } .on circle { r: 19px; }
.players { display: grid; grid-template-columns: repeat(auto-fill, minmax(250px, 1fr));
  gap: 10px 18px; margin-top: 12px; } summary { cursor: pointer; }
audio { width: 100%; height: 36px; }
.swatch { display: inline-block; width: .7em; height: .7em; border-radius: 50%;
  margin-right: .4em; }
.failures { border-color: var(--fail); } .failures p { margin: 6px 0; }
table { border-collapse: collapse; width: 100%; font-size: 15px; }
td, th { text-align: left; padding: 7px 10px 7px 0; border-bottom: 1px solid var(--line);
  vertical-align: top; } th { color: var(--soft); font-weight: 500; font-size: 13px; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
tr:last-child td { border-bottom: 0; } .where { color: var(--soft); font-size: 13px; }
@media (max-width: 640px) { table, tbody, tr, td { display: block; } thead { display: none; }
  td { border: 0; padding: 1px 0; } tr { border-bottom: 1px solid var(--line); padding: 10px 0; }
  tr:last-child { border-bottom: 0; } td.number { display: inline-block; margin-right: 14px; }
  .pad { grid-template-areas: "a b" "p p" "c d"; grid-template-columns: 1fr 1fr;
    justify-items: center; } .pad .corner { text-align: center; } }
"""

SCRIPT = """
const player = new Audio();
let spot = null;
function stop() { player.pause(); if (spot) spot.classList.remove('on'); spot = null; }
function play(element) {
  const again = spot === element;
  stop();
  if (again) return;
  spot = element;
  element.classList.add('on');
  player.src = document.getElementById(element.dataset.sound).src;
  player.play();
}
player.onended = stop;
for (const element of document.querySelectorAll('.spot')) {
  element.onclick = () => play(element);
  element.onkeydown = (event) => { if (event.key === 'Enter' || event.key === ' ') {
    event.preventDefault(); play(element); } };
}
"""
