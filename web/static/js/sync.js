// The word that is being spoken is lit. Only the word before and the word now are touched.

import { CHANGED } from "./players.js";

/** Tells that another word (or none) is spoken. */
export const SPOKEN = "spoken";

export class Synchroniser extends EventTarget {
  #frame = 0;

  /** @param {import("./timeline.js").Timeline} timeline
   * @param {import("./players.js").Players} players
   * @param {AbortSignal} signal */
  constructor(timeline, players, signal) {
    super();
    this.timeline = timeline;
    this.players = players;
    /** @type {HTMLElement | null} */
    this.current = null;
    const { listen } = players;
    const options = { capture: true, signal };
    // Media events do not bubble, but they can be caught on their way down.
    listen.addEventListener("play", () => this.#run(), options);
    listen.addEventListener("pause", () => this.update(), options);
    for (const name of ["seeking", "seeked", "loadedmetadata", "timeupdate", "ended"]) {
      listen.addEventListener(name, () => this.update(), options);
    }
    players.addEventListener(CHANGED, () => this.update(), { signal });
    signal.addEventListener("abort", () => cancelAnimationFrame(this.#frame));
  }

  /** What is spoken now, or was last. */
  get position() {
    const { number, time } = this.players;
    return number === null ? null : this.timeline.nearest(number, time);
  }

  /** Light what is spoken at this moment. */
  update() {
    const { number, time, media } = this.players;
    // Before anything was heard or sought, nothing is lit.
    const begun = (media?.currentTime ?? 0) > 0 || this.players.media?.paused === false;
    const spoken = number === null || !begun ? null : this.timeline.spoken(number, time);
    if (spoken === this.current) return;
    this.current?.classList.remove("spoken");
    spoken?.classList.add("spoken");
    this.current = spoken;
    this.dispatchEvent(new Event(SPOKEN));
  }

  /** Once a frame while it plays: the four updates a second that browsers give are too few for words. */
  #run() {
    cancelAnimationFrame(this.#frame);
    const step = () => {
      this.update();
      if (this.players.media && !this.players.media.paused) this.#frame = requestAnimationFrame(step);
    };
    step();
  }
}
