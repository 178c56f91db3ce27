// The browser's own selection, as words of a transcript.

import { recordingOf } from "./timeline.js";

/** Indexes of units. @typedef {{ first: number, last: number }} Chosen */

/** Choose the words from one to another.
 * @param {Element} first
 * @param {Element} last */
export function select(first, last) {
  getSelection()?.setBaseAndExtent(first, 0, last, last.childNodes.length);
}

/** What a selection chooses: whole words of one recording, those of which any letter is selected; null where there
 * are none in it.
 * @param {Selection | null} selection
 * @param {HTMLElement} transcript
 * @param {HTMLElement[]} units in the order of the page
 * @returns {Chosen | null} */
export function chosenBy(selection, transcript, units) {
  if (!selection || selection.isCollapsed || !selection.rangeCount) return null;
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(transcript)) return null;
  const first = firstWhere(units, (unit) => hasTextAfter(range, unit));
  let last = firstWhere(units, (unit) => !hasTextBefore(range, unit)) - 1;
  if (last < first) return null;
  const recording = recordingOf(units[first]);
  while (recordingOf(units[last]) !== recording) last -= 1;
  return { first, last };
}

/** Whether any of a unit's text stands after the beginning of a range.
 * @param {Range} range
 * @param {HTMLElement} unit */
function hasTextAfter(range, unit) {
  const rest = document.createRange();
  rest.selectNodeContents(unit);
  if (rest.comparePoint(range.startContainer, range.startOffset) > 0) return false;
  if (rest.comparePoint(range.startContainer, range.startOffset) === 0) {
    rest.setStart(range.startContainer, range.startOffset);
  }
  return rest.toString() !== "";
}

/** Whether any of a unit's text stands before the end of a range.
 * @param {Range} range
 * @param {HTMLElement} unit */
function hasTextBefore(range, unit) {
  const rest = document.createRange();
  rest.selectNodeContents(unit);
  if (rest.comparePoint(range.endContainer, range.endOffset) < 0) return false;
  if (rest.comparePoint(range.endContainer, range.endOffset) === 0) {
    rest.setEnd(range.endContainer, range.endOffset);
  }
  return rest.toString() !== "";
}

/** Index of the first for which a test holds that holds for all after it; their number where there is none.
 * @param {HTMLElement[]} units
 * @param {(unit: HTMLElement) => boolean} test */
function firstWhere(units, test) {
  let low = 0;
  let high = units.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (test(units[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}
