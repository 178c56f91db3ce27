// Links to moments of this very testimony (times in the margin, chapters, found passages, recordings) move the
// player instead of loading the page again. Their addresses say where, so without scripts they work as links;
// the address of the window follows, and what was said of the moment that the page was opened at goes.

import { CHANGED } from "./players.js";

/** Tells that the reader went elsewhere than where the page was opened. */
export const MOVED = "moved-on";

/** @param {HTMLElement} root
 * @param {HTMLElement} transcript
 * @param {import("./players.js").Players} players
 * @param {import("./follow.js").Follower} follower
 * @param {AbortSignal} signal */
export function bindLinks(root, transcript, players, follower, signal) {
  /** @param {string} address
   * @param {{ keep?: boolean }} options whether "back" leads to where the reader was */
  const moveTo = (address, { keep = false } = {}) => {
    if (keep && address !== location.href) history.pushState(null, "", address);
    else history.replaceState(history.state, "", address);
    const citation = /** @type {HTMLElement | null} */ (root.querySelector("#citation"));
    if (citation) citation.textContent = citation.dataset.whole ?? citation.textContent;
    for (const each of root.querySelectorAll(".references")) {
      const references = /** @type {HTMLElement} */ (each);
      references.hidden = references.dataset.of !== "whole";
    }
    dispatchEvent(new Event(MOVED));
  };

  /** @param {{ recording: number, start: number | null }} moment */
  const show = (moment) => {
    if (moment.start !== null) return players.seek(moment.recording, moment.start);
    players.show(moment.recording);
    transcript.querySelector(`.tape[data-recording="${moment.recording}"]`)?.scrollIntoView();
  };

  root.addEventListener(
    "click",
    (event) => {
      const link = event.target instanceof Element ? event.target.closest("a") : null;
      if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      const kind = link.closest(".passage, .chapters, .found-here, .recordings");
      const moment = kind && momentOf(link.href);
      if (!moment || (kind.matches(".found-here") && !("found" in link.dataset))) return;
      event.preventDefault();
      moveTo(link.href, { keep: kind.matches(".chapters, .recordings") });
      if (kind.matches(".recordings")) return show(moment);
      // A time is asked to be heard; a found passage, first of all to be seen.
      players.seek(moment.recording, moment.start ?? 0, { play: !kind.matches(".found-here") });
      follower.follow();
    },
    { signal },
  );

  // By a word that was clicked, or as one tape runs on into the next.
  players.addEventListener(
    CHANGED,
    () => {
      if (momentOf(location.href)?.recording === players.number) return;
      const link = root.querySelector(`.recordings [data-recording="${players.number}"]`);
      if (link instanceof HTMLAnchorElement) moveTo(link.href);
    },
    { signal },
  );

  addEventListener(
    "popstate",
    () => {
      const moment = momentOf(location.href);
      if (!moment) return;
      show(moment);
      if (moment.start !== null) follower.follow();
    },
    { signal },
  );
}

/** The recording and moment (ms) in an address; null where it leads to another page.
 * @param {string} href
 * @returns {{ recording: number, start: number | null } | null} */
function momentOf(href) {
  const address = new URL(href);
  if (address.origin !== location.origin || address.pathname !== location.pathname) return null;
  const start = address.searchParams.get("t");
  return {
    recording: Number(address.searchParams.get("r") ?? 1),
    start: start === null ? null : Math.round(Number.parseFloat(start) * 1000),
  };
}
