// `?t=57.2,83`: the stretch is played and stops at its end. Nothing plays by itself when the page opens: the
// voice waits at the start for its listener, here or in the player's own controls.

import { MOVED } from "./links.js";

/** @param {HTMLElement} listen
 * @param {import("./players.js").Players} players
 * @param {{ follow: () => void }} follower
 * @param {AbortSignal} signal */
export function bindStretch(listen, players, follower, signal) {
  const opened = /** @type {HTMLElement | null} */ (listen.querySelector(".opened"));
  const button = /** @type {HTMLButtonElement | null} */ (opened?.querySelector("button") ?? null);
  if (!opened || !button || players.number === null) return;

  const recording = players.number;
  const start = Number(opened.dataset.start);
  const end = opened.dataset.end === undefined ? null : Number(opened.dataset.end);
  // Who has gone to another moment is offered that one no more.
  addEventListener(MOVED, () => (opened.hidden = true), { signal });
  /** Whether the voice will stop at the end of the stretch. */
  let stopping = end !== null;
  // Nor does another tape follow it, where it ends with its own.
  players.goesOn = !stopping;

  button.hidden = false;
  button.addEventListener(
    "click",
    () => {
      players.seek(recording, start, { play: true });
      stopping = end !== null;
      follower.follow();
    },
    { signal },
  );
  if (end === null) {
    // A moment has done its work once the voice is there; a stretch may be played again.
    listen.addEventListener("play", () => (opened.hidden = true), { capture: true, once: true, signal });
    return;
  }

  const stop = () => {
    const { media } = players;
    if (!stopping || players.repeated || !media || media.paused || players.number !== recording || players.time < end) return;
    stopping = false;
    media.pause();
    players.time = end;
  };
  const begin = () => {
    players.goesOn = !stopping;
    watch();
  };
  const watch = () => {
    stop();
    if (stopping && players.media && !players.media.paused) requestAnimationFrame(watch);
  };
  const options = { capture: true, signal };
  listen.addEventListener("play", begin, options);
  // No frames are drawn in a tab that nobody sees; these still come.
  listen.addEventListener("timeupdate", stop, options);
  listen.addEventListener(
    "seeking",
    () => {
      // Who goes elsewhere has left the stretch, and is not stopped by it.
      const { number, time } = players;
      if (number !== recording || time < start - 50 || time >= end) stopping = false;
      if (number !== recording || time < start - 50 || time > end + 50) players.goesOn = true;
    },
    options,
  );
}
