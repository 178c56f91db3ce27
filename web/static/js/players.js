// The players, one a recording, of which one is shown; and the one way to move to a moment of any of them.

/** Tells that another recording is shown. */
export const CHANGED = "recording-changed";

/** A part of a recording, in ms of cited time. @typedef {{ recording: number, start: number, end: number }} Stretch */

export class Players extends EventTarget {
  /** `offset`: cited time + offset = time in the file, `length` that of the file, all in ms.
   * @type {Map<number, { box: HTMLElement, media: HTMLMediaElement | null, offset: number, length: number }>} */
  #players = new Map();

  /** @param {HTMLElement} listen
   * @param {AbortSignal} signal */
  constructor(listen, signal) {
    super();
    this.listen = listen;
    /** @type {number | null} */
    this.number = null;
    /** Whether the next tape follows where this one ends; not while a stretch is played. */
    this.goesOn = true;
    /** What is repeated until its listener has had enough of it.
     * @type {Stretch | null} */
    this.repeated = null;
    for (const found of listen.querySelectorAll(".player")) {
      const box = /** @type {HTMLElement} */ (found);
      const number = Number(box.dataset.recording);
      const offset = Number(box.dataset.offset ?? 0);
      const length = Number(box.dataset.length ?? 0);
      this.#players.set(number, { box, media: box.querySelector("video, audio"), offset, length });
      if (this.number === null || !box.hidden) this.number = number;
    }
    for (const { box, media } of this.#players.values()) {
      if (!media) continue;
      // A fragment with an end would stop the voice there once, even after the reader went elsewhere;
      // stretch.js stops it where that is meant.
      const [address, fragment] = media.src.split("#");
      if (fragment?.includes(",")) media.src = `${address}#${fragment.split(",")[0]}`;
      const unplayable = /** @type {HTMLElement | null} */ (box.querySelector(".unplayable"));
      media.addEventListener("error", () => unplayable && (unplayable.hidden = false), { signal });
    }
    listen.addEventListener("ended", () => this.#goOn(), { capture: true, signal });
  }

  /** The player that is shown, where there is something to play. */
  get media() {
    return this.number === null ? null : (this.#players.get(this.number)?.media ?? null);
  }

  /** What is round the player that is shown. */
  get box() {
    return this.number === null ? null : (this.#players.get(this.number)?.box ?? null);
  }

  /** Cited time + offset = time in the file, in ms. */
  get offset() {
    return this.number === null ? 0 : (this.#players.get(this.number)?.offset ?? 0);
  }

  /** Length of the file that is played, in ms; the record's word until the browser knows. */
  get length() {
    const known = (this.media?.duration ?? NaN) * 1000;
    if (Number.isFinite(known) && known > 0) return Math.round(known);
    return this.number === null ? 0 : (this.#players.get(this.number)?.length ?? 0);
  }

  /** Length of the recording in cited time, in ms. */
  get citedLength() {
    return this.length - this.offset;
  }

  /** The current moment in ms of the file. */
  get fileTime() {
    return (this.media?.currentTime ?? 0) * 1000;
  }

  set fileTime(milliseconds) {
    if (this.media) this.media.currentTime = Math.max(0, milliseconds) / 1000;
  }

  /** The current moment in ms of cited time. */
  get time() {
    return Math.round(this.fileTime) - this.offset;
  }

  /** Move within the recording that is shown, to a moment in ms of cited time. Before its metadata are there
   * this sets where it will start. */
  set time(milliseconds) {
    this.fileTime = milliseconds + this.offset;
  }

  /** Show a recording's player; the one before stops.
   * @param {number} number
   * @returns {boolean} whether there is one */
  show(number) {
    if (!this.#players.has(number)) return false;
    if (number === this.number) return true;
    this.media?.pause();
    this.number = number;
    for (const [each, { box }] of this.#players) box.hidden = each !== number;
    for (const link of document.querySelectorAll(".recordings [data-recording]")) {
      if (Number(/** @type {HTMLElement} */ (link).dataset.recording) === number) {
        link.setAttribute("aria-current", "true");
      } else {
        link.removeAttribute("aria-current");
      }
    }
    this.dispatchEvent(new Event(CHANGED));
    return true;
  }

  /** Go to a moment of a recording.
   * @param {number} number
   * @param {number} milliseconds
   * @param {{ play?: boolean }} options */
  seek(number, milliseconds, { play = false } = {}) {
    if (!this.show(number)) return;
    this.time = milliseconds;
    if (play) this.play();
  }

  /** Go on or back within the recording.
   * @param {number} milliseconds */
  skip(milliseconds) {
    this.fileTime = Math.min(this.fileTime + milliseconds, this.length);
  }

  /** Play; where the browser cannot, that is said. */
  play() {
    this.media?.play().catch((error) => {
      if (error.name !== "AbortError" && error.name !== "NotAllowedError") {
        this.media?.dispatchEvent(new Event("error"));
      }
    });
  }

  /** Play what is paused, pause what plays. */
  toggle() {
    if (this.media?.paused) this.play();
    else this.media?.pause();
  }

  /** A testimony on several tapes is one account: after one tape comes the next. */
  #goOn() {
    if (!this.goesOn || this.repeated) return;
    const following = [...this.#players.keys()].filter((number) => number > (this.number ?? 0));
    const next = following.sort((one, other) => one - other)[0];
    if (next !== undefined && this.#players.get(next)?.media) this.seek(next, 0, { play: true });
  }
}
