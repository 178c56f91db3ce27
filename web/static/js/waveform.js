// How loud the recording is, behind the slider; on it, where chapters begin and what is repeated.

import { REPEATED } from "./loop.js";
import { CHANGED } from "./players.js";

/** @param {HTMLElement} listen
 * @param {import("./players.js").Players} players
 * @param {AbortSignal} signal */
export function drawWaveform(listen, players, signal) {
  const seek = /** @type {HTMLElement | null} */ (listen.querySelector(".seek"));
  const ticks = seek?.querySelector(".ticks");
  if (!seek || !ticks) return;
  const waves = /** @type {NodeListOf<HTMLElement>} */ (seek.querySelectorAll(".wave"));

  /** @param {number} start in ms of cited time
   * @param {number} [end] */
  const mark = (start, end) => {
    const { length, offset } = players;
    const line = document.createElement("i");
    const place = (/** @type {number} */ time) => `${((100 * (time + offset)) / length).toFixed(3)}%`;
    line.style.left = place(start);
    if (end !== undefined) {
      line.className = "repeated";
      line.style.width = place(end - start - offset);
    }
    ticks.append(line);
  };
  const markAll = () => {
    ticks.replaceChildren();
    if (!players.length) return;
    for (const link of document.querySelectorAll(`.chapters a[data-recording="${players.number}"]`)) {
      mark(Number(/** @type {HTMLElement} */ (link).dataset.seek));
    }
    const { repeated } = players;
    if (repeated && repeated.recording === players.number) mark(repeated.start, repeated.end);
  };
  const draw = () => {
    const address = players.box?.dataset.waveform;
    seek.classList.toggle("drawn", address !== undefined);
    const image = address === undefined ? "" : `url("${new URL(address, location.href).href}")`;
    for (const wave of waves) wave.style.maskImage = image;
    markAll();
  };

  players.addEventListener(CHANGED, draw, { signal });
  players.addEventListener(REPEATED, markAll, { signal });
  listen.addEventListener("loadedmetadata", markAll, { capture: true, signal });
  draw();
}
