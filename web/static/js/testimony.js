// The testimony page, put together. Without this file everything can be read, and heard with the browser's
// own controls; with it the words follow the voice and the voice follows the words.

import { bindControls } from "./controls.js";
import { offerCopies } from "./copy.js";
import { offerEmbedCode } from "./embed-code.js";
import { Follower } from "./follow.js";
import { followFragment } from "./fragment.js";
import { bindHits } from "./hits.js";
import { bindKeys } from "./keys.js";
import { bindLinks } from "./links.js";
import { bindLoop } from "./loop.js";
import { placePanels } from "./panels.js";
import { Players } from "./players.js";
import { offerQuoting } from "./quoting.js";
import { offerResume } from "./resume.js";
import { bindStretch } from "./stretch.js";
import { Synchroniser } from "./sync.js";
import { bindSystemControls } from "./system-controls.js";
import { Timeline } from "./timeline.js";
import { warned } from "./warning.js";
import { drawWaveform } from "./waveform.js";
import { bindWords } from "./words.js";

/** Start everything; aborting the signal takes every listener away again.
 * @param {AbortSignal} signal */
function start(signal) {
  followFragment(signal);
  const spread = /** @type {HTMLElement | null} */ (document.querySelector(".spread"));
  if (spread) placePanels(spread, signal);
  const transcript = /** @type {HTMLElement | null} */ (document.querySelector(".transcript"));
  const listen = /** @type {HTMLElement | null} */ (document.querySelector(".listen"));
  const players = listen && new Players(listen, signal);
  offerCopies(document.body, players, signal);
  offerEmbedCode(document.body, players, signal);
  if (transcript && !players) bindHits(transcript, null, null, signal);
  if (!transcript || !listen || !players) return;

  const timeline = new Timeline(transcript);
  const sync = new Synchroniser(timeline, players, signal);
  const follower = new Follower(transcript, players, sync, signal);
  bindWords(transcript, timeline, players, follower, signal);
  bindLinks(document.body, transcript, players, follower, signal);
  bindStretch(listen, players, follower, signal);
  const loop = bindLoop(listen, players, timeline, signal);
  offerQuoting(transcript, timeline, players, loop?.repeat ?? null, signal);
  const actions = {
    ...bindControls(listen, players, signal),
    ...(loop && { loop: loop.loop }),
    ...bindHits(transcript, players, follower, signal),
    voice: () => follower.follow(),
  };
  bindKeys(listen, actions, signal);
  bindSystemControls(listen, players, actions, signal);
  drawWaveform(listen, players, signal);
  offerResume(listen, players, follower, signal);
  // A clip begins with its words, not with what was said around them.
  if (!document.body.matches(".clip")) follower.open();
}

// Told to early.js: from here on what goes wrong is nobody else's.
dispatchEvent(new Event("scripts-began"));
const controller = new AbortController();
warned(controller.signal).then(() => start(controller.signal));
addEventListener("pagehide", (event) => {
  // A page that is kept for "back" goes on when it is shown again.
  if (!event.persisted) controller.abort();
});
