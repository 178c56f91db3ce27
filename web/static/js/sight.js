// In a small frame the words move with the voice, within their own box, until the reader moves them; they follow again
// from the next word that is sought or the next time the voice begins.

import { SPOKEN } from "./sync.js";

const SCROLL_KEYS = new Set(["PageUp", "PageDown", "Home", "End", "ArrowUp", "ArrowDown", " "]);

/** @param {HTMLElement} words
 * @param {import("./players.js").Players} players
 * @param {import("./sync.js").Synchroniser} sync
 * @param {AbortSignal} signal
 * @returns {{ follow: () => void }} */
export function keepInSight(words, players, sync, signal) {
  let following = true;
  let ours = 0;

  /** @param {HTMLElement | null} element */
  const show = (element) => {
    if (!element) return;
    const box = element.getBoundingClientRect();
    const room = words.getBoundingClientRect();
    const line = parseFloat(getComputedStyle(element).lineHeight) || box.height;
    // One line shows the spoken one; where there are more, one stays above it.
    const above = words.clientHeight > 2 * line ? line : 0;
    // A passage that is lit as a whole may be higher than its box: its beginning is what counts.
    const there = box.top >= room.top + above - 2 && box.top + line <= room.bottom + 2;
    if (there) return;
    ours = performance.now() + 200;
    words.scrollTop += box.top - room.top - above - (line - Math.min(box.height, line)) / 2;
  };
  const follow = () => {
    following = true;
    show(sync.position);
  };

  sync.addEventListener(SPOKEN, () => following && sync.current && show(sync.current), { signal });
  players.listen.addEventListener("play", follow, { capture: true, signal });
  const leave = () => (following = false);
  for (const name of ["wheel", "touchmove"]) words.addEventListener(name, leave, { passive: true, signal });
  // On a word these keys lead to other words; on the box itself they scroll it.
  words.addEventListener("keydown", (event) => event.target === words && SCROLL_KEYS.has(event.key) && leave(), { signal });
  // Scroll bars and screen readers: whatever else takes the voice out of sight.
  words.addEventListener("scroll", () => performance.now() > ours && leave(), { passive: true, signal });
  show(words.querySelector(".within, .opened-here"));
  return { follow };
}
