// Words are played from by a click, or by Enter with the keyboard. The transcript is one stop for the Tab key,
// whatever its length: within it the arrow keys go from word to word and from passage to passage. (A thousand
// times as a thousand tab stops would bar the way to whatever comes after the text.)

import { select } from "./selection.js";
import { recordingOf } from "./timeline.js";

const PASSAGE = ".passage, .said";

/** @param {HTMLElement} transcript
 * @param {import("./timeline.js").Timeline} timeline
 * @param {import("./players.js").Players} players
 * @param {{ follow: () => void }} follower
 * @param {AbortSignal} signal */
export function bindWords(transcript, timeline, players, follower, signal) {
  const { units } = timeline;
  if (!units.length || !players.listen.querySelector("video, audio")) return;

  transcript.classList.add("speaking");
  for (const time of transcript.querySelectorAll(".passage .time")) {
    /** @type {HTMLElement} */ (time).tabIndex = -1;
  }
  const keys = transcript.querySelector("#keys");
  if (keys) {
    /** @type {HTMLElement} */ (keys).hidden = false;
    transcript.setAttribute("aria-describedby", "keys");
  }

  /** The word that Tab leads to. @type {HTMLElement} */
  let stop = units[0];
  // It alone can be focused: words of which each could would be 25,000 controls to a screen reader.
  /** @param {HTMLElement} unit
   * @param {{ focus?: boolean }} options */
  const moveStop = (unit, { focus = false } = {}) => {
    const before = stop;
    stop = unit;
    stop.tabIndex = 0;
    if (focus) stop.focus();
    if (before !== stop) before.removeAttribute("tabindex");
  };
  const opened = transcript.querySelector(".opened-here [data-m], .opened-here[data-m]");
  moveStop(/** @type {HTMLElement | null} */ (opened) ?? units[0]);

  /** @param {HTMLElement} unit */
  const playFrom = (unit) => {
    const recording = recordingOf(unit);
    if (recording === null) return;
    players.seek(recording, Number(unit.dataset.m), { play: true });
    follower.follow();
  };

  transcript.addEventListener(
    "click",
    (event) => {
      const unit = unitOf(event.target);
      if (!unit || event.defaultPrevented || !getSelection()?.isCollapsed) return;
      moveStop(unit);
      playFrom(unit);
    },
    { signal },
  );

  // A pointer must not focus a word: Chromium then selects no text from there, and the arrow keys would no
  // longer scroll the page. So while it is pressed, the word under it cannot be focused.
  transcript.addEventListener(
    "pointerdown",
    (event) => {
      const unit = unitOf(event.target);
      if (!unit || unit !== stop) return;
      unit.removeAttribute("tabindex");
      const ends = ["pointerup", "pointercancel"];
      const restore = () => {
        if (unit === stop) unit.tabIndex = 0;
        for (const name of ends) removeEventListener(name, restore);
      };
      for (const name of ends) addEventListener(name, restore, { signal });
    },
    { capture: true, signal },
  );

  /** Where Shift was first pressed. @type {HTMLElement | null} */
  let anchor = null;
  /** Choose the words from there to a unit.
   * @param {HTMLElement} unit */
  const chooseTo = (unit) => {
    anchor ??= stop;
    moveStop(unit, { focus: true });
    const before = anchor.compareDocumentPosition(unit) & Node.DOCUMENT_POSITION_PRECEDING;
    select(before ? unit : anchor, before ? anchor : unit);
  };

  transcript.addEventListener(
    "keydown",
    (event) => {
      const unit = unitOf(event.target);
      if (!unit || unit !== event.target || event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.key !== "Shift" && !event.shiftKey) anchor = null;
      if (event.key === "Enter") playFrom(unit);
      else if (event.key === " ") players.toggle();
      else {
        const next = neighbour(units, unit, event.key);
        if (next === null) return;
        if (next && event.shiftKey) chooseTo(next);
        else if (next) moveStop(next, { focus: true });
      }
      event.preventDefault();
    },
    { signal },
  );
}

/** @param {EventTarget | null} target
 * @returns {HTMLElement | null} */
function unitOf(target) {
  return target instanceof Element && !target.closest("a") ? target.closest("[data-m]") : null;
}

/** Where a key leads from a unit: undefined at an end, null where the key means nothing here.
 * @param {HTMLElement[]} units
 * @param {HTMLElement} unit
 * @param {string} key
 * @returns {HTMLElement | undefined | null} */
function neighbour(units, unit, key) {
  const index = units.indexOf(unit);
  const forward = getComputedStyle(unit).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
  switch (key) {
    case "ArrowLeft":
    case "ArrowRight":
      return units[index + (key === forward ? 1 : -1)];
    case "ArrowDown":
      return firstOfPassage(units, index, 1);
    case "ArrowUp":
      return firstOfPassage(units, index, -1);
    default:
      return null;
  }
}

/** The first unit of the next passage, or of this one, or of the one before.
 * @param {HTMLElement[]} units
 * @param {number} index
 * @param {1 | -1} step */
function firstOfPassage(units, index, step) {
  const passage = units[index].closest(PASSAGE);
  let at = index + step;
  if (step === 1) {
    while (units[at]?.closest(PASSAGE) === passage) at += 1;
    return units[at];
  }
  const target = units[at]?.closest(PASSAGE);
  while (at > 0 && units[at - 1].closest(PASSAGE) === target) at -= 1;
  return units[at];
}
