// The controls under the player: one set, for whichever recording is shown. The browser's own go as soon as
// these work.

import { CHANGED } from "./players.js";
import { clockTime } from "./clock.js";

const SKIP_MS = 10_000;
const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2];

/** What the buttons and the keys do. @typedef {Record<string, () => void>} Actions */

/** @param {HTMLElement} listen
 * @param {import("./players.js").Players} players
 * @param {AbortSignal} signal
 * @returns {Actions} */
export function bindControls(listen, players, signal) {
  const controls = /** @type {HTMLElement | null} */ (listen.querySelector(".controls"));
  if (!controls) return {};
  /** @param {string} name */
  const find = (name) => /** @type {HTMLElement | null} */ (controls.querySelector(name));
  const speed = /** @type {HTMLSelectElement | null} */ (controls.querySelector("select"));
  const play = find(".play");
  const loading = find(".loading");

  for (const media of listen.querySelectorAll("video, audio")) {
    const element = /** @type {HTMLMediaElement} */ (media);
    element.controls = false;
    element.preservesPitch = true;
    if (element instanceof HTMLVideoElement) element.addEventListener("click", () => players.toggle(), { signal });
  }
  // On the whole screen a film has the browser's own: ours are not there.
  listen.addEventListener(
    "fullscreenchange",
    ({ target }) => target instanceof HTMLVideoElement && (target.controls = document.fullscreenElement === target),
    { capture: true, signal },
  );

  const setSpeed = () => {
    if (!players.media || !speed) return;
    // What is loaded later begins with the default.
    players.media.defaultPlaybackRate = Number(speed.value);
    players.media.playbackRate = Number(speed.value);
  };
  /** @param {1 | -1} step */
  const changeSpeed = (step) => {
    if (!speed) return;
    const at = SPEEDS.indexOf(Number(speed.value)) + step;
    speed.value = String(SPEEDS[Math.max(0, Math.min(at, SPEEDS.length - 1))]);
    setSpeed();
  };
  const video = () => (players.media instanceof HTMLVideoElement ? players.media : null);
  const track = () => video()?.textTracks[0] ?? null;

  /** @type {Actions} */
  const actions = {
    toggle: () => players.toggle(),
    back: () => players.skip(-SKIP_MS),
    on: () => players.skip(SKIP_MS),
    slower: () => changeSpeed(-1),
    faster: () => changeSpeed(1),
    mute: () => players.media && (players.media.muted = !players.media.muted),
    captions: () => {
      const captions = track();
      if (captions) captions.mode = captions.mode === "showing" ? "disabled" : "showing";
      show();
    },
    full: () => {
      if (document.fullscreenElement) document.exitFullscreen();
      else if (video()?.requestFullscreen) video()?.requestFullscreen().catch(() => {});
      // iPhones let films alone have the whole screen, and under another name.
      else /** @type {any} */ (video())?.webkitEnterFullscreen?.();
    },
    window: () => {
      if (document.pictureInPictureElement) document.exitPictureInPicture();
      else video()?.requestPictureInPicture?.().catch(() => {});
    },
  };

  /** @param {string} name
   * @param {{ pressed?: boolean, hidden?: boolean }} state */
  const state = (name, { pressed, hidden = false }) => {
    const button = find(`[data-do="${name}"]`);
    if (!button) return;
    button.hidden = hidden;
    if (pressed !== undefined) button.setAttribute("aria-pressed", String(pressed));
  };
  /** What the buttons say, as things are. */
  const show = () => {
    const { media } = players;
    controls.hidden = media === null;
    const playing = media !== null && !media.paused;
    play?.classList.toggle("playing", playing);
    play?.setAttribute("aria-label", (playing ? play.dataset.pause : play.dataset.play) ?? "");
    state("mute", { pressed: media?.muted ?? false });
    state("captions", { pressed: track()?.mode === "showing", hidden: !track() });
    const whole = document.fullscreenEnabled || "webkitEnterFullscreen" in HTMLVideoElement.prototype;
    state("full", { hidden: !video() || !whole });
    state("window", { hidden: !video() || !document.pictureInPictureEnabled });
  };

  controls.addEventListener(
    "click",
    ({ target }) => {
      const button = target instanceof Element ? target.closest("button[data-do]") : null;
      if (button instanceof HTMLElement) actions[button.dataset.do ?? ""]?.();
    },
    { signal },
  );
  speed?.addEventListener("change", setSpeed, { signal });
  const options = { capture: true, signal };
  for (const name of ["play", "pause", "ended", "volumechange", "loadedmetadata"]) {
    listen.addEventListener(name, show, options);
  }
  listen.addEventListener("waiting", () => loading && (loading.hidden = false), options);
  for (const name of ["playing", "canplay", "pause", "error"]) {
    listen.addEventListener(name, () => loading && (loading.hidden = true), options);
  }
  players.addEventListener(
    CHANGED,
    () => {
      setSpeed();
      show();
    },
    { signal },
  );
  setSpeed();
  show();
  bindPosition(controls, listen, players, signal);
  return actions;
}

/** The slider and the clock under it.
 * @param {HTMLElement} controls
 * @param {HTMLElement} listen
 * @param {import("./players.js").Players} players
 * @param {AbortSignal} signal */
function bindPosition(controls, listen, players, signal) {
  const slider = /** @type {HTMLInputElement | null} */ (controls.querySelector(".position"));
  const now = controls.querySelector(".now");
  const whole = controls.querySelector(".whole");
  if (!slider || !now || !whole) return;
  let sliding = false;

  const tell = () => {
    const text = slider.dataset.text ?? "{time}";
    const said = text.replace("{time}", now.textContent ?? "").replace("{whole}", whole.textContent ?? "");
    slider.setAttribute("aria-valuetext", said);
  };
  const show = () => {
    const { length, fileTime } = players;
    if (Number(slider.max) !== length) {
      slider.max = String(length);
      whole.textContent = clockTime(players.citedLength, players.citedLength);
    }
    if (!sliding) slider.value = String(fileTime);
    const time = clockTime(players.time, players.citedLength);
    if (now.textContent !== time) now.textContent = time;
    const part = length ? (100 * Number(slider.value)) / length : 0;
    controls.style.setProperty("--played", `${part.toFixed(2)}%`);
  };
  /** @param {number} milliseconds of the file */
  const move = (milliseconds) => {
    players.fileTime = milliseconds;
    show();
    tell();
  };

  slider.addEventListener(
    "input",
    () => {
      sliding = true;
      move(Number(slider.value));
    },
    { signal },
  );
  slider.addEventListener("change", () => (sliding = false), { signal });
  slider.addEventListener("focus", tell, { signal });
  slider.addEventListener(
    "keydown",
    (event) => {
      const steps = /** @type {Record<string, number>} */ ({
        ArrowLeft: -5_000,
        ArrowDown: -5_000,
        ArrowRight: 5_000,
        ArrowUp: 5_000,
        PageDown: -60_000,
        PageUp: 60_000,
      });
      const step = steps[event.key];
      if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      move(Math.max(0, Math.min(players.length, players.fileTime + step)));
    },
    { signal },
  );
  const options = { capture: true, signal };
  // Four times a second is enough for a slider; the words have a clock of their own.
  for (const name of ["timeupdate", "seeking", "seeked", "loadedmetadata", "ended"]) {
    listen.addEventListener(name, show, options);
  }
  // Not while it plays: it would be read out all the time.
  for (const name of ["seeked", "pause", "loadedmetadata"]) listen.addEventListener(name, tell, options);
  players.addEventListener(
    CHANGED,
    () => {
      show();
      tell();
    },
    { signal },
  );
  show();
  tell();
}
