"""How the slider page looks: one style sheet, dark and quiet, so that the face is the brightest thing on the screen."""

STYLE = """
:root { --ground: #141518; --panel: #1a1c20; --raised: #22252a; --line: #2b2e35; --ink: #e7e8ea; --soft: #969ba5;
  --faint: #646974; --accent: #e8b15c; --accent-soft: rgba(232, 177, 92, .14); --bad: #ef7d6f; --note: #8fb6d9;
  --radius: 8px; }
* { box-sizing: border-box; }
html, body { height: 100%; margin: 0; background: var(--ground); }
body { color: var(--ink); font: 13px/1.4 Inter, "Segoe UI", system-ui, -apple-system, Roboto, sans-serif;
  -webkit-font-smoothing: antialiased; }
.nicegui-content { padding: 0 !important; gap: 0 !important; height: 100vh; width: 100%; display: block; }
.fb-app { display: grid; height: 100vh; width: 100vw;
  grid-template: 54px minmax(0, 1fr) 28px / 272px minmax(0, 1fr) 372px;
  grid-template-areas: "top top top" "left stage right" "foot foot foot"; }
.fb-app button { font: inherit; color: inherit; }
.fb-app :focus-visible { outline: 1.5px solid var(--accent); outline-offset: 2px; }

.fb-top { grid-area: top; display: flex; align-items: center; gap: 6px; padding: 0 14px 0 18px;
  border-bottom: 1px solid var(--line); background: var(--panel); }
.fb-brand { font-weight: 600; font-size: 14px; letter-spacing: .01em; white-space: nowrap; margin-right: 14px; }
.fb-brand span { color: var(--soft); font-weight: 400; }
.fb-name { background: transparent; border: 1px solid transparent; color: var(--ink); font: inherit; font-size: 14px;
  padding: 5px 9px; border-radius: 6px; width: 240px; }
.fb-name:hover { border-color: var(--line); } .fb-name:focus { background: var(--ground); border-color: var(--line);
  outline: none; }
.fb-name::placeholder { color: var(--faint); }
.fb-gap { flex: 1; }
.fb-sep { width: 1px; height: 22px; background: var(--line); margin: 0 6px; }

.fb-button { display: inline-flex; align-items: center; gap: 6px; height: 32px; padding: 0 11px; border-radius: 6px;
  border: 1px solid transparent; background: transparent; color: var(--ink); cursor: pointer; white-space: nowrap;
  text-decoration: none; transition: background .12s, color .12s; }
.fb-button:hover { background: var(--raised); }
.fb-button:disabled, .fb-button.off { color: var(--faint); cursor: default; background: transparent;
  pointer-events: none; }
.fb-button .q-icon { font-size: 18px; }
.fb-button.icon { padding: 0 7px; }
.fb-button.small { height: 26px; padding: 0 6px; color: var(--faint); } .fb-button.small .q-icon { font-size: 15px; }
.fb-button.small:hover { color: var(--ink); }
.fb-button.on { color: var(--accent); background: var(--accent-soft); }
.fb-button.main { background: var(--accent); color: #1b1508; font-weight: 600; }
.fb-button.main:hover { filter: brightness(1.07); }
.fb-button.wide { width: 100%; justify-content: center; border-color: var(--line); margin-top: 10px; }

.fb-left { grid-area: left; border-right: 1px solid var(--line); background: var(--panel); overflow-y: auto;
  padding: 14px 12px 24px; }
.fb-right { grid-area: right; border-left: 1px solid var(--line); background: var(--panel); display: flex;
  flex-direction: column; min-height: 0; }
.fb-left, .fb-rows { scrollbar-width: thin; scrollbar-color: #3a3e46 transparent; }

.fb-drop { display: block; width: 100%; border: 1px dashed #3b3f48; border-radius: var(--radius);
  background: var(--ground);
  cursor: pointer; overflow: hidden; position: relative; text-align: center; padding: 0;
  transition: border-color .12s; }
.fb-drop:hover, .fb-dragging .fb-drop { border-color: var(--accent); }
.fb-drop img { display: block; width: 100%; aspect-ratio: 6 / 5; object-fit: cover; }
.fb-drop.filled { border-style: solid; border-color: var(--line); }
.fb-drop .empty { padding: 38px 12px; color: var(--soft); line-height: 1.5; }
.fb-drop .empty .q-icon { font-size: 28px; color: var(--faint); display: block; margin: 0 auto 8px; }
.fb-drop .empty b { display: block; color: var(--ink); font-weight: 500; }
.fb-drop .over { position: absolute; inset: auto 0 0 0; padding: 22px 10px 8px; text-align: left; color: #fff;
  font-size: 12px;
  background: linear-gradient(transparent, rgba(0, 0, 0, .72)); overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap; }
.fb-drop.busy img, .fb-drop.busy .empty { opacity: .45; }
.fb-drop.busy::after { content: ""; position: absolute; left: 0; bottom: 0; height: 2px; width: 35%;
  background: var(--accent);
  animation: fb-run 1.1s ease-in-out infinite; }
@keyframes fb-run { from { left: -35%; } to { left: 100%; } }

.fb-advice { margin: 10px 0 0; padding: 0; list-style: none; }
.fb-advice div { border-left: 2px solid var(--faint); padding: 1px 0 1px 9px; margin: 0 0 7px; color: var(--soft);
  font-size: 12px;
  line-height: 1.4; }
.fb-advice .note { border-color: var(--note); } .fb-advice .warning { border-color: var(--accent); color: #d9cdb8; }
.fb-advice .serious { border-color: var(--bad); color: #f0c4bd; }
.fb-strip { display: grid; grid-template-columns: repeat(4, 1fr); gap: 5px; margin-top: 6px; }
.fb-strip button { padding: 0; border: 1px solid var(--line); border-radius: 5px; overflow: hidden;
  background: none; cursor: pointer; }
.fb-strip button:hover, .fb-strip button.on { border-color: var(--accent); }
.fb-strip img { display: block; width: 100%; aspect-ratio: 1; object-fit: cover; }
.fb-pair { display: flex; gap: 6px; }
.fb-caption { color: var(--faint); font-size: 11px; text-transform: uppercase; letter-spacing: .07em;
  margin: 18px 8px 5px; }
.fb-caption.tight { margin: 12px 0 0; }

.fb-group { display: flex; align-items: center; width: 100%; height: 30px; border-radius: 6px;
  padding: 0 2px 0 10px; cursor: pointer;
  color: var(--soft); }
.fb-group:hover { background: var(--raised); color: var(--ink); }
.fb-group.on { background: var(--raised); color: var(--ink); box-shadow: inset 2px 0 0 var(--accent); }
.fb-group .title { flex: 1; text-align: left; background: none; border: 0; padding: 0; height: 100%;
  cursor: pointer; }
.fb-group .title::first-letter { text-transform: uppercase; }
.fb-group .count { color: var(--accent); font-size: 11px; font-variant-numeric: tabular-nums; min-width: 18px;
  text-align: right; }
.fb-group .small { opacity: 0; }
.fb-group:hover .small, .fb-group .small.on, .fb-group .small:focus-visible { opacity: 1; }
.fb-button.small.on { background: none; color: var(--accent); }

.fb-stage { grid-area: stage; display: flex; flex-direction: column; min-width: 0; min-height: 0; }
.fb-views { display: flex; justify-content: center; align-items: center; gap: 2px; padding: 12px 12px 0; }
.fb-views .fb-button { height: 29px; color: var(--soft); padding: 0 12px; }
.fb-views .fb-button.on { background: var(--raised); color: var(--ink); }
.fb-canvas { flex: 1; min-height: 0; display: flex; align-items: center; justify-content: center;
  padding: 14px 22px; }
.fb-canvas img { max-width: 100%; max-height: 100%; width: auto; height: 100%; object-fit: contain;
  border-radius: 6px; display: block; }
.fb-canvas .waiting { color: var(--soft); text-align: center; }
.fb-under { height: 46px; display: flex; align-items: center; justify-content: center; gap: 12px;
  padding: 0 20px 12px; color: var(--soft); }
.fb-under .q-slider { width: min(420px, 60%); }

.fb-search { display: flex; align-items: center; gap: 8px; margin: 12px 14px 0; padding: 0 10px; height: 34px;
  border-radius: 7px;
  background: var(--ground); border: 1px solid var(--line); color: var(--faint); }
.fb-search:focus-within { border-color: #474c57; }
.fb-search input { flex: 1; min-width: 0; background: none; border: 0; color: var(--ink); font: inherit;
  outline: none; }
.fb-search input:focus-visible { outline: none; }
.fb-search input::placeholder { color: var(--faint); }
.fb-search input::-webkit-search-cancel-button { filter: invert(.6); }
.fb-head { display: flex; align-items: center; padding: 14px 12px 8px 18px; }
.fb-head .title { flex: 1; font-size: 15px; font-weight: 600; }
.fb-head .title::first-letter { text-transform: uppercase; }
.fb-head .title span { color: var(--faint); font-weight: 400; font-size: 12px; margin-left: 7px; }
.fb-rows { flex: 1; overflow-y: auto; padding: 0 12px 30px 18px; min-height: 0; }
.fb-empty { color: var(--soft); padding: 26px 6px; text-align: center; line-height: 1.6; }

.fb-row { padding: 4px 6px 5px 0; } .fb-row.locked .q-slider, .fb-row.locked .fb-options { opacity: .38;
  pointer-events: none; }
.fb-line { display: flex; align-items: center; min-height: 24px; }
.fb-label { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: #c9ccd2;
  cursor: default; }
.fb-label .where { color: var(--faint); margin-left: 6px; font-size: 11px; }
.fb-guess { display: none; color: var(--faint); font-size: 11px; font-style: italic; padding: 0 6px; }
.fb-row.guessed:not(.changed) .fb-guess { display: block; }
.fb-row.changed .fb-label::before { content: ""; display: inline-block; width: 5px; height: 5px; border-radius: 50%;
  background: var(--accent); margin: 0 7px 2px 0; }
.fb-value { width: 58px; text-align: right; background: transparent; border: 1px solid transparent;
  color: var(--soft); font: inherit;
  font-variant-numeric: tabular-nums; border-radius: 5px; padding: 2px 5px; -moz-appearance: textfield; }
.fb-value:hover { border-color: var(--line); } .fb-value:focus { border-color: #474c57; background: var(--ground);
  color: var(--ink); outline: none; }
.fb-row .small { opacity: 0; height: 24px; padding: 0 4px; }
.fb-row:hover .small, .fb-row .small.on, .fb-row .small:focus-visible { opacity: 1; }
.fb-row .small.reset { visibility: hidden; } .fb-row.changed .small.reset { visibility: visible; }

.q-slider { --q-primary: var(--accent); display: flex; height: 20px; cursor: pointer; }
.q-slider__track-container--h { padding: 8.5px 0 !important; }
.q-slider__track { background: #353942 !important; height: 3px !important; border-radius: 2px; color: transparent; }
.q-slider__selection { background: transparent !important; }
.q-slider__inner { background: transparent !important; }
.fb-row .q-slider::before { content: ""; position: absolute; left: var(--zero, 50%); top: 50%; width: 1px;
  height: 9px;
  transform: translate(-.5px, -50%); background: #565b66; z-index: 0; }
.q-slider__thumb { width: 14px !important; height: 14px !important; color: #f1f1f1; }
.q-slider__thumb-shape path { stroke: none; fill: #eceef1; }
.fb-row.changed .q-slider__thumb-shape path { fill: var(--accent); }
.q-slider__focus-ring { background: var(--accent) !important; opacity: .2; }
.fb-options { display: flex; flex-wrap: wrap; gap: 5px; padding: 4px 0 8px; }
.fb-options .fb-button { height: 30px; border-color: var(--line); color: var(--soft); }
.fb-options .fb-button::first-letter { text-transform: uppercase; }
.fb-options .fb-button.on { border-color: var(--accent); color: var(--accent); }

.fb-foot { grid-area: foot; display: flex; align-items: center; gap: 18px; padding: 0 16px;
  border-top: 1px solid var(--line);
  background: var(--panel); color: var(--faint); font-size: 11.5px; white-space: nowrap; overflow: hidden; }
.fb-foot .status { flex: 1; overflow: hidden; text-overflow: ellipsis; color: var(--soft); }
.fb-foot .status.error { color: var(--bad); } .fb-foot .status.busy { color: var(--accent); }
.fb-offline { display: none; position: fixed; inset: 0; z-index: 90; background: rgba(12, 13, 15, .86);
  align-items: center;
  justify-content: center; text-align: center; font-size: 15px; line-height: 1.7; color: var(--ink); }
.fb-away .fb-offline { display: flex; }
/* The library's own words for a lost connection, and its loading bar: the page has its own. */
.nicegui-error-popup, #popup, .q-loading-bar { display: none !important; }
.q-tooltip { background: #2c3037; color: var(--ink); font-size: 12px; max-width: 300px; }
@media (max-width: 1100px) { .fb-app { grid-template-columns: 216px minmax(0, 1fr) 312px; }
.fb-name { width: 130px; } }
"""

SCRIPT = """
window.facebridge = (() => {
  const send = async (url, file) => {
    const address = url + '?called=' + encodeURIComponent(file.name);
    try { await fetch(address, {method: 'POST', body: file, headers: {'Content-Type': 'application/octet-stream'}}); }
    catch (error) { document.body.classList.add('fb-away'); }
  };
  const take = (file) => file && send(file.name.toLowerCase().endsWith('.json') ? '/preset' : '/photo', file);
  const choose = (accept) => {
    const input = document.createElement('input');
    input.type = 'file'; input.accept = accept;
    input.onchange = () => take(input.files[0]);
    input.click();
  };
  let over = 0;
  const dragged = (on) => document.body.classList.toggle('fb-dragging', on);
  addEventListener('dragenter', (e) => { e.preventDefault(); over += 1; dragged(true); });
  addEventListener('dragleave', () => { over = Math.max(0, over - 1); dragged(over > 0); });
  addEventListener('dragover', (e) => e.preventDefault());
  addEventListener('drop', (e) => { e.preventDefault(); over = 0; dragged(false); take(e.dataTransfer.files[0]); });
  // The page says in its own words that the studio has ended; the library's banner is hidden by the style.
  setInterval(() => document.body.classList.toggle('fb-away', !!window.socket && window.socket.disconnected), 700);
  return {take, choose};
})();
"""
