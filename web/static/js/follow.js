// The page follows the voice until its reader scrolls away; then it offers the way back.

import { SPOKEN } from "./sync.js";

const SCROLL_KEYS = new Set(["PageUp", "PageDown", "Home", "End", "ArrowUp", "ArrowDown", " "]);

/** Where in the free part of the window the voice is brought, and where it may go before the page moves. */
const ANCHOR = 0.28;
const LOWEST = 0.72;

export class Follower {
  #following = true;
  #ours = 0;

  /** @param {HTMLElement} transcript
   * @param {import("./players.js").Players} players
   * @param {import("./sync.js").Synchroniser} sync
   * @param {AbortSignal} signal */
  constructor(transcript, players, sync, signal) {
    this.transcript = transcript;
    this.players = players;
    this.sync = sync;
    this.button = /** @type {HTMLButtonElement | null} */ (transcript.querySelector(".to-voice"));
    this.button?.addEventListener("click", () => this.follow(), { signal });

    sync.addEventListener(SPOKEN, () => this.#keepUp(), { signal });
    for (const name of ["wheel", "touchmove"]) {
      addEventListener(name, (event) => this.#readerMoves(event), { passive: true, signal });
    }
    addEventListener("keydown", (event) => SCROLL_KEYS.has(event.key) && this.#readerMoves(event), { signal });
    // Dragged scroll bars, searches in the page, screen readers: whatever takes the voice out of sight.
    addEventListener("scroll", () => this.#afterScroll(), { passive: true, signal });
  }

  /** Follow again, from here. */
  follow() {
    this.#following = true;
    if (this.button) {
      // A button that vanishes under the focus would drop it at the top of the page.
      if (document.activeElement === this.button) this.transcript.focus({ preventScroll: true });
      this.button.hidden = true;
    }
    this.show(this.sync.position);
  }

  /** The beginning: the passage that the address names is brought into sight. */
  open() {
    const opened = /** @type {HTMLElement | null} */ (this.transcript.querySelector(".opened-here"));
    if (!opened) return;
    const word = /** @type {HTMLElement | null} */ (opened.querySelector(".within, mark"));
    const show = () => this.#isInSight(word ?? opened) || this.show(word ?? opened, { smooth: false });
    show();
    // Passages above get their real heights as they come near; once more, when they have.
    requestAnimationFrame(() => requestAnimationFrame(show));
  }

  /** Bring an element to where the voice is read.
   * @param {HTMLElement | null} element
   * @param {{ smooth?: boolean }} options */
  show(element, { smooth = true } = {}) {
    if (!element) return;
    const { top, height } = this.#free();
    const box = element.getBoundingClientRect();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#ours = performance.now() + 1000;
    scrollBy({ top: box.top - (top + height * ANCHOR), behavior: smooth && !still ? "smooth" : "instant" });
  }

  /** The part of the window that the player leaves free. */
  #free() {
    const { listen } = this.players;
    const box = listen.getBoundingClientRect();
    const above = box.right > this.transcript.getBoundingClientRect().left && box.left < innerWidth / 2;
    const overlaps = above && listen.offsetWidth > innerWidth * 0.8;
    const top = overlaps ? Math.max(0, Math.min(box.bottom, innerHeight / 2)) : 0;
    return { top, height: innerHeight - top };
  }

  #keepUp() {
    const { current } = this.sync;
    if (!this.#following || !current || this.players.media?.paused !== false) return;
    if (!this.#isInSight(current)) this.show(current);
  }

  /** Whether an element is where it can be read comfortably. A passage that is lit as a whole may be higher
   * than the window; its beginning is what counts.
   * @param {HTMLElement} element */
  #isInSight(element) {
    const { top, height } = this.#free();
    const box = element.getBoundingClientRect();
    return box.top >= top + 8 && box.top <= top + height * LOWEST;
  }

  /** @param {Event} event */
  #readerMoves(event) {
    const target = /** @type {Element | null} */ (event.target instanceof Element ? event.target : null);
    if (target?.closest(".beside, input, button, a, [data-m]") && event.type === "keydown") return;
    if (target?.closest(".beside") && event.type === "wheel" && !target.closest(".listen")) return;
    if (this.players.media?.paused === false) this.#leave();
  }

  #afterScroll() {
    if (performance.now() < this.#ours || this.players.media?.paused !== false) return;
    const box = this.sync.current?.getBoundingClientRect();
    if (box && (box.bottom < 0 || box.top > innerHeight)) this.#leave();
  }

  #leave() {
    this.#following = false;
    if (this.button) this.button.hidden = false;
  }
}
