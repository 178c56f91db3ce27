// Words that were chosen in the text, by mouse, touch or Shift and the arrow keys: heard, widened and narrowed word
// by word, quoted with their citation, linked to, embedded. The browser's own selection says what is chosen.

import { clockTime } from "./clock.js";
import { chosenBy, select } from "./selection.js";
import { recordingOf } from "./timeline.js";

/** Tells which stretch is to be embedded; its detail is a `Stretch`. */
export const EMBEDDED = "stretch-chosen";

const AN_HOUR = 3_600_000;

/** @param {HTMLElement} transcript
 * @param {import("./timeline.js").Timeline} timeline
 * @param {import("./players.js").Players} players
 * @param {import("./loop.js").Repeat | null} repeat
 * @param {AbortSignal} signal */
export function offerQuoting(transcript, timeline, players, repeat, signal) {
  const bar = /** @type {HTMLElement | null} */ (transcript.querySelector(".quoting"));
  const times = bar?.querySelector(".times");
  const told = /** @type {HTMLElement | null} */ (bar?.querySelector(".copied") ?? null);
  if (!bar || !times || !told) return;
  const { units } = timeline;
  /** @type {import("./selection.js").Chosen | null} */
  let chosen = null;

  const find = (/** @type {string} */ name) => /** @type {HTMLElement | null} */ (bar.querySelector(name));
  /** @param {import("./selection.js").Chosen} among
   * @returns {import("./players.js").Stretch} */
  const stretchOf = ({ first, last }) => ({
    recording: recordingOf(units[first]) ?? 1,
    start: Number(units[first].dataset.m),
    end: Math.max(...units.slice(first, last + 1).map((unit) => Number(unit.dataset.m) + Number(unit.dataset.d))),
  });
  /** @param {import("./selection.js").Chosen | null} next */
  const show = (next) => {
    chosen = next;
    bar.hidden = !chosen;
    if (!chosen) return;
    const { start, end } = stretchOf(chosen);
    const text = bar.dataset.text ?? "";
    const until = clockTime(Math.ceil(end / 1000) * 1000);
    times.textContent = text.replace("{start}", clockTime(start)).replace("{end}", until);
    told.textContent = "";
    const closed = units.slice(chosen.first, chosen.last + 1).some((unit) => unit.closest("[data-link-alone]"));
    for (const name of ['[data-do="quote"]', '[data-do="embed"]']) {
      const button = find(name);
      if (button) button.hidden = closed;
    }
    const alone = find(".link-alone");
    if (alone) alone.hidden = !closed;
    find(".open")?.setAttribute("href", addressOf(bar, stretchOf(chosen)));
    const form = /** @type {HTMLFormElement | null} */ (bar.querySelector("form"));
    if (form) {
      form.hidden = closed;
      form.action = placed(new URL(form.action), stretchOf(chosen));
    }
    if (players.repeated) repeat?.(stretchOf(chosen));
  };

  document.addEventListener("selectionchange", () => show(chosenBy(getSelection(), transcript, units)), { signal });
  // What is pressed here must not take the selection away.
  bar.addEventListener("pointerdown", (event) => event.preventDefault(), { signal });

  /** @type {Record<string, (at: import("./selection.js").Chosen) => unknown>} */
  const uses = {
    hear: (at) => {
      const stretch = stretchOf(at);
      // Another recording that is shown ends what was repeated.
      players.seek(stretch.recording, stretch.start, { play: true });
      repeat?.(stretch);
    },
    close: () => getSelection()?.removeAllRanges(),
    link: (at) => copy(told, addressOf(bar, stretchOf(at))),
    quote: (at) => copy(told, quotationOf(bar, units.slice(at.first, at.last + 1), stretchOf(at))),
    embed: (at) => dispatchEvent(new CustomEvent(EMBEDDED, { detail: stretchOf(at) })),
  };
  bar.addEventListener(
    "click",
    ({ target }) => {
      const button = target instanceof Element ? target.closest("button[type=button]") : null;
      if (!(button instanceof HTMLElement) || !chosen) return;
      const { edge, by, do: use } = button.dataset;
      if (use) uses[use]?.(chosen);
      if (edge !== "first" && edge !== "last") return;
      const moved = { ...chosen, [edge]: chosen[edge] + Number(by) };
      const inTape = units[moved[edge]] && recordingOf(units[moved[edge]]) === recordingOf(units[chosen.first]);
      if (inTape && moved.first <= moved.last) select(units[moved.first], units[moved.last]);
    },
    { signal },
  );
}

/** @param {HTMLElement} bar
 * @param {import("./players.js").Stretch} stretch */
function addressOf(bar, stretch) {
  return placed(new URL(bar.dataset.address ?? location.href), stretch);
}

/** An address at a stretch.
 * @param {URL} address
 * @param {import("./players.js").Stretch} stretch */
function placed(address, { recording, start, end }) {
  if (recording !== 1) address.searchParams.set("r", String(recording));
  else address.searchParams.delete("r");
  address.searchParams.set("t", `${start / 1000},${end / 1000}`);
  address.search = address.search.replaceAll("%2C", ",");
  return address.href;
}

/** The words as they stand, and where they are from.
 * @param {HTMLElement} bar
 * @param {HTMLElement[]} units
 * @param {import("./players.js").Stretch} stretch */
function quotationOf(bar, units, stretch) {
  const texts = [...new Set(units.map((unit) => unit.closest(".text")))];
  const speakers = texts.map(speakerOf);
  const several = new Set(speakers).size > 1;
  const said = texts.map((text, index) => {
    const among = units.filter((unit) => unit.closest(".text") === text);
    const range = document.createRange();
    range.setStart(among[0], 0);
    range.setEnd(among[among.length - 1], among[among.length - 1].childNodes.length);
    const words = range.toString().replace(/\s+/g, " ").trim();
    // Nobody is to be taken for another.
    return several && speakers[index] ? `${speakers[index]}: ${words}` : words;
  });
  const citations = JSON.parse(bar.dataset.citations ?? "{}");
  const ends = [stretch.start, Math.ceil(stretch.end / 1000) * 1000];
  const times = ends.map((end) => clockTime(end, AN_HOUR)).join("–"); // citations always have hours
  const citation = String(citations[stretch.recording] ?? "{address}");
  const machine = units.some((unit) => unit.closest("[data-machine]"));
  return [
    // What is put in is text, of which no part means anything to `replace`.
    (bar.dataset.said ?? "{words}").replace("{words}", () => said.join("\n")),
    citation.replace("{times}", () => times).replace("{address}", () => addressOf(bar, stretch)),
    machine ? bar.dataset.notice : "",
  ]
    .filter(Boolean)
    .join("\n");
}

/** Who says a passage: the name stands once a turn.
 * @param {Element | null} text */
function speakerOf(text) {
  for (let passage = text?.closest(".passage") ?? null; passage; passage = passage.previousElementSibling) {
    const name = passage.querySelector(".speaker");
    if (name) return name.textContent?.trim() ?? "";
  }
  return "";
}

/** @param {HTMLElement} told
 * @param {string} text */
async function copy(told, text) {
  try {
    await navigator.clipboard.writeText(text);
    told.textContent = told.dataset.done ?? "";
  } catch {
    told.textContent = told.dataset.failed ?? "";
  }
}
