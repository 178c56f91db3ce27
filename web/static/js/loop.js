// A passage, or the stretch that the page was opened at, is repeated until its listener has had enough of it, or
// goes elsewhere.

import { clockTime } from "./clock.js";
import { CHANGED } from "./players.js";

/** Tells that something is repeated, or nothing any more. */
export const REPEATED = "repeated";

/** Repeats a stretch; null: nothing any more.
 * @typedef {(stretch: import("./players.js").Stretch | null) => void} Repeat */

/** @param {HTMLElement} listen
 * @param {import("./players.js").Players} players
 * @param {import("./timeline.js").Timeline} timeline
 * @param {AbortSignal} signal
 * @returns {{ loop: () => void, repeat: Repeat } | null} null where nothing can be repeated */
export function bindLoop(listen, players, timeline, signal) {
  const button = listen.querySelector('[data-do="loop"]');
  const told = /** @type {HTMLElement | null} */ (listen.querySelector(".repeats"));
  if (!(button instanceof HTMLElement) || !told) return null;
  button.hidden = !timeline.units.length;

  /** @type {Repeat} */
  const repeat = (stretch) => {
    players.repeated = stretch;
    button.setAttribute("aria-pressed", String(stretch !== null));
    const text = told.dataset.text ?? "";
    const times = stretch && [stretch.start, Math.ceil(stretch.end / 1000) * 1000].map((each) => clockTime(each));
    told.textContent = times ? text.replace("{start}", times[0]).replace("{end}", times[1]) : "";
    players.dispatchEvent(new Event(REPEATED));
  };
  const goBack = ({ play = true } = {}) => {
    const { repeated } = players;
    if (repeated) players.seek(repeated.recording, repeated.start, { play });
  };
  const watch = () => {
    const { repeated, media } = players;
    if (!repeated || !media || media.paused) return;
    if (players.number === repeated.recording && players.time >= repeated.end) goBack();
    requestAnimationFrame(watch);
  };
  const loop = () => {
    if (players.repeated) return repeat(null);
    repeat(openedStretch(listen, players) ?? passageNow(players, timeline));
    const { repeated, time } = players;
    if (repeated && (time < repeated.start || time >= repeated.end)) goBack({ play: players.media?.paused === false });
    watch();
  };

  button.addEventListener("click", loop, { signal });
  const options = { capture: true, signal };
  listen.addEventListener("play", watch, options);
  listen.addEventListener("ended", () => goBack(), options);
  // No frames are drawn in a tab that nobody sees.
  listen.addEventListener(
    "timeupdate",
    () => document.hidden && players.repeated && players.time >= players.repeated.end && goBack(),
    options,
  );
  listen.addEventListener(
    "seeking",
    () => {
      const { repeated, number, time } = players;
      if (!repeated) return;
      if (number !== repeated.recording || time < repeated.start - 50 || time > repeated.end + 300) repeat(null);
    },
    options,
  );
  players.addEventListener(CHANGED, () => players.repeated && repeat(null), { signal });
  return { loop, repeat };
}

/** The stretch that the page was opened at, while the voice is in it or waits at its start.
 * @param {HTMLElement} listen
 * @param {import("./players.js").Players} players
 * @returns {import("./players.js").Stretch | null} */
function openedStretch(listen, players) {
  const opened = /** @type {HTMLElement | null} */ (listen.querySelector(".opened[data-end]:not([hidden])"));
  if (!opened || players.number === null) return null;
  const stretch = { recording: players.number, start: Number(opened.dataset.start), end: Number(opened.dataset.end) };
  const within = players.time >= stretch.start - 50 && players.time <= stretch.end + 50;
  return within ? stretch : null;
}

/** The passage that is spoken now, or was last.
 * @param {import("./players.js").Players} players
 * @param {import("./timeline.js").Timeline} timeline
 * @returns {import("./players.js").Stretch | null} */
function passageNow(players, timeline) {
  if (players.number === null) return null;
  const passage = timeline.nearest(players.number, players.time)?.closest(".passage");
  const units = /** @type {HTMLElement[]} */ (Array.from(passage?.querySelectorAll("[data-m]") ?? []));
  if (!units.length) return null;
  const ends = units.map((unit) => Number(unit.dataset.m) + Number(unit.dataset.d));
  return { recording: players.number, start: Number(units[0].dataset.m), end: Math.max(...ends) };
}
