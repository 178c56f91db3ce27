// From one passage that holds what was searched for to the next, by button and by key.

/** @param {HTMLElement} transcript
 * @param {import("./players.js").Players | null} players
 * @param {import("./follow.js").Follower | null} follower
 * @param {AbortSignal} signal
 * @returns {import("./controls.js").Actions} */
export function bindHits(transcript, players, follower, signal) {
  const steps = /** @type {HTMLElement | null} */ (transcript.querySelector(".hits"));
  const told = /** @type {HTMLElement | null} */ (steps?.querySelector("[role=status]") ?? null);
  const passages = /** @type {HTMLElement[]} */ (Array.from(transcript.querySelectorAll(".passage")));
  const hits = passages.filter((passage) => passage.querySelector(".text mark"));
  const find = () => /** @type {HTMLElement | null} */ (transcript.querySelector(".find input"))?.focus();
  if (!steps || !told || !hits.length) return { find };
  steps.hidden = false;
  let at = hits.findIndex((hit) => hit.matches(".opened-here"));

  /** @param {1 | -1} step */
  const go = (step) => {
    const from = at >= 0 ? at + step : nearest(hits, step);
    if (at >= 0) hits[at].classList.remove("hit");
    at = (from + hits.length) % hits.length;
    const hit = hits[at];
    hit.classList.add("hit");
    tell(told, at + 1, hits.length, hit);
    const word = /** @type {HTMLElement} */ (hit.querySelector(".text mark"));
    const link = /** @type {HTMLAnchorElement | null} */ (hit.querySelector("a.time"));
    const recording = Number(/** @type {HTMLElement | null} */ (hit.closest(".tape"))?.dataset.recording);
    const timed = /** @type {HTMLElement | null} */ (word.closest("[data-m]"));
    const start = timed?.dataset.m ?? link?.dataset.seek;
    // Who listens hears it; who only reads is shown it.
    const play = players?.media?.paused === false;
    if (players && start !== undefined && recording) players.seek(recording, Number(start), { play });
    if (follower) follower.show(word);
    else word.scrollIntoView({ block: "center" });
  };
  /** @type {import("./controls.js").Actions} */
  const actions = { find, next: () => go(1), previous: () => go(-1) };
  steps.addEventListener(
    "click",
    ({ target }) => {
      const button = target instanceof Element ? target.closest("button[data-do]") : null;
      if (button instanceof HTMLElement) actions[button.dataset.do ?? ""]?.();
    },
    { signal },
  );
  return actions;
}

/** Say which it is and, to who does not see it, what is said there: the button keeps the focus.
 * @param {HTMLElement} told
 * @param {number} number
 * @param {number} count
 * @param {HTMLElement} hit */
function tell(told, number, count, hit) {
  const text = told.dataset.text ?? "";
  const said = document.createElement("span");
  said.className = "visually-hidden";
  said.textContent = ` ${hit.querySelector(".text")?.textContent ?? ""}`;
  told.replaceChildren(text.replace("{number}", String(number)).replace("{count}", String(count)), said);
}

/** Where to go from what is in sight: the first hit below the middle of the window, or the last above it.
 * @param {HTMLElement[]} hits
 * @param {1 | -1} step */
function nearest(hits, step) {
  const middle = innerHeight / 2;
  const below = hits.findIndex((hit) => hit.getBoundingClientRect().top > middle);
  if (below < 0) return step === 1 ? 0 : hits.length - 1;
  return step === 1 ? below : below - 1;
}
