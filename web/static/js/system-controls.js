// The controls of the system: keys of keyboards and headsets, and what a locked phone shows.

import { CHANGED } from "./players.js";

/** @param {HTMLElement} listen
 * @param {import("./players.js").Players} players
 * @param {import("./controls.js").Actions} actions
 * @param {AbortSignal} signal */
export function bindSystemControls(listen, players, actions, signal) {
  const session = navigator.mediaSession;
  if (!session || typeof MediaMetadata === "undefined") return;
  /** @type {[MediaSessionAction, MediaSessionActionHandler][]} */
  const handlers = [
    ["play", () => players.play()],
    ["pause", () => players.media?.pause()],
    ["seekbackward", () => actions.back()],
    ["seekforward", () => actions.on()],
    ["seekto", ({ seekTime }) => seekTime !== undefined && (players.fileTime = seekTime * 1000)],
  ];
  const describe = () => {
    const still = players.media instanceof HTMLVideoElement ? players.media.poster : "";
    session.metadata = new MediaMetadata({
      title: document.querySelector("h1")?.textContent?.trim() ?? "",
      artist: document.querySelector(".byline")?.textContent?.replace(/\s+/g, " ").trim() ?? "",
      album: document.querySelector(".site-name")?.textContent?.trim() ?? "",
      artwork: still ? [{ src: still }] : [],
    });
  };
  const place = () => {
    const { media } = players;
    if (!media || !Number.isFinite(media.duration)) return;
    const { duration, playbackRate, currentTime } = media;
    session.setPositionState?.({ duration, playbackRate, position: Math.min(currentTime, duration) });
  };
  let bound = false;
  // Only once something is heard: before, these belong to whatever else is playing.
  const begin = () => {
    describe();
    place();
    if (bound) return;
    bound = true;
    for (const [action, handler] of handlers) {
      try {
        session.setActionHandler(action, handler);
      } catch {
        // A browser that does not know this one has the others.
      }
    }
  };
  const options = { capture: true, signal };
  listen.addEventListener("play", begin, options);
  for (const name of ["seeked", "ratechange", "loadedmetadata"]) listen.addEventListener(name, place, options);
  players.addEventListener(CHANGED, () => bound && describe(), { signal });
}
