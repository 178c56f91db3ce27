// Where somebody stopped listening is kept on this device, and offered when they come back. Nobody else is told,
// and they can have it forgotten.

import { clockTime } from "./clock.js";
import { keep, kept } from "./kept.js";

const PLACES = "places";
const MOST = 50;
const FORGOTTEN_AFTER_MS = 90 * 24 * 3_600_000;
/** A beginning, or the end of it all, is no place to go on from. */
const EDGE_MS = 15_000;
const EVERY_MS = 10_000;

/** `at`: when, in ms since 1970. @typedef {{ recording: number, time: number, at: number }} Place */

/** @param {HTMLElement} listen
 * @param {import("./players.js").Players} players
 * @param {{ follow: () => void }} follower
 * @param {AbortSignal} signal */
export function offerResume(listen, players, follower, signal) {
  const offer = /** @type {HTMLElement | null} */ (listen.querySelector(".resume"));
  const go = /** @type {HTMLButtonElement | null} */ (offer?.querySelector('[data-do="resume"]') ?? null);
  if (!offer || !go) return;
  const id = location.pathname;
  const place = read().get(id);

  // Who follows a link to a moment wants that one.
  if (place && !listen.querySelector(".opened") && listen.querySelector(`[data-recording="${place.recording}"]`)) {
    const several = listen.querySelectorAll(".player").length > 1;
    const text = (several ? go.dataset.ofRecording : go.dataset.text) ?? "";
    const time = clockTime(place.time);
    go.textContent = text.replace("{time}", time).replace("{number}", String(place.recording));
    offer.hidden = false;
    go.addEventListener(
      "click",
      () => {
        players.seek(place.recording, place.time, { play: true });
        follower.follow();
      },
      { signal },
    );
    offer.querySelector('[data-do="forget"]')?.addEventListener(
      "click",
      () => {
        offer.hidden = true;
        write(id, null);
      },
      { signal },
    );
  }

  let written = 0;
  /** Whether anything was heard since the page came: a link that moves the voice leaves what was kept. */
  let heard = false;
  const numbers = Array.from(listen.querySelectorAll(".player"), (each) =>
    Number(/** @type {HTMLElement} */ (each).dataset.recording),
  );
  const remember = () => {
    const { number, time, citedLength } = players;
    // At a beginning nobody has stopped yet.
    if (!heard || number === null || time < EDGE_MS) return;
    written = Date.now();
    const over = number === Math.max(...numbers) && time > citedLength - EDGE_MS;
    write(id, over ? null : { recording: number, time, at: written });
  };
  const options = { capture: true, signal };
  listen.addEventListener(
    "play",
    () => {
      heard = true;
      offer.hidden = true;
    },
    options,
  );
  listen.addEventListener("pause", remember, options);
  listen.addEventListener("timeupdate", () => Date.now() - written > EVERY_MS && remember(), options);
  addEventListener("pagehide", () => players.media?.paused === false && remember(), { signal });
}

/** @returns {Map<string, Place>} */
function read() {
  try {
    const places = new Map(/** @type {[string, Place][]} */ (JSON.parse(kept(PLACES) ?? "[]")));
    for (const [id, { at }] of places) if (!(Date.now() - at < FORGOTTEN_AFTER_MS)) places.delete(id);
    return places;
  } catch {
    return new Map(); // not written by us, or long ago
  }
}

/** @param {string} id
 * @param {Place | null} place */
function write(id, place) {
  const places = read();
  if (!place && !places.has(id)) return;
  places.delete(id);
  if (place) places.set(id, place);
  keep(PLACES, places.size ? JSON.stringify([...places].slice(-MOST)) : null);
}
