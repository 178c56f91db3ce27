// What lies where in time: for each recording its words (or, where only passages have times, passages) in the
// order in which they are spoken, with binary search.

/** @typedef {{ elements: HTMLElement[], starts: Float64Array, ends: Float64Array }} Track */

export class Timeline {
  /** @param {HTMLElement} transcript */
  constructor(transcript) {
    /** Everything that has a time, in the order of the page.
     * @type {HTMLElement[]} */
    this.units = Array.from(transcript.querySelectorAll("[data-m]"));
    /** @type {Map<number, Track>} */
    this.tracks = new Map();
    /** @type {Map<number, HTMLElement[]>} */
    const byRecording = new Map();
    for (const tape of transcript.querySelectorAll(".tape[data-recording]")) {
      const number = Number(/** @type {HTMLElement} */ (tape).dataset.recording);
      byRecording.set(number, Array.from(tape.querySelectorAll("[data-m]")));
    }
    for (const [number, elements] of byRecording) {
      // Two who speak at once stand one after the other on the page, but not in time.
      elements.sort((one, other) => Number(one.dataset.m) - Number(other.dataset.m));
      const starts = Float64Array.from(elements, (element) => Number(element.dataset.m));
      const ends = Float64Array.from(elements, (element, index) => starts[index] + Number(element.dataset.d));
      this.tracks.set(number, { elements, starts, ends });
    }
  }

  /** What is spoken at a moment; null in a pause.
   * @param {number} recording
   * @param {number} milliseconds
   * @returns {HTMLElement | null} */
  spoken(recording, milliseconds) {
    const track = this.tracks.get(recording);
    if (!track) return null;
    const index = lastAtOrBefore(track.starts, milliseconds);
    return index >= 0 && milliseconds < track.ends[index] ? track.elements[index] : null;
  }

  /** What is spoken at a moment or, in a pause, what was spoken last before it.
   * @param {number} recording
   * @param {number} milliseconds
   * @returns {HTMLElement | null} */
  nearest(recording, milliseconds) {
    const track = this.tracks.get(recording);
    if (!track || !track.elements.length) return null;
    return track.elements[Math.max(0, lastAtOrBefore(track.starts, milliseconds))];
  }
}

/** Index of the last of the sorted numbers that is not greater; -1 where all are.
 * @param {Float64Array} sorted
 * @param {number} value */
export function lastAtOrBefore(sorted, value) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The recording that an element of the transcript belongs to.
 * @param {HTMLElement} element */
export function recordingOf(element) {
  const tape = /** @type {HTMLElement | null} */ (element.closest(".tape[data-recording]"));
  return tape ? Number(tape.dataset.recording) : null;
}
