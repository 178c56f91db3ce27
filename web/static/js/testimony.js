// The testimony page, put together. Without this file everything can be read, and heard with the browser's
// own controls; with it the words follow the voice and the voice follows the words.

import { offerCopies } from "./copy.js";
import { offerEmbedCode } from "./embed-code.js";
import { Follower } from "./follow.js";
import { followFragment } from "./fragment.js";
import { bindLinks } from "./links.js";
import { placePanels } from "./panels.js";
import { Players } from "./players.js";
import { bindStretch } from "./stretch.js";
import { Synchroniser } from "./sync.js";
import { Timeline } from "./timeline.js";
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
  if (!transcript || !listen || !players) return;

  const timeline = new Timeline(transcript);
  const sync = new Synchroniser(timeline, players, signal);
  const follower = new Follower(transcript, players, sync, signal);
  bindWords(transcript, timeline, players, follower, signal);
  bindLinks(document.body, transcript, players, follower, signal);
  bindStretch(listen, players, follower, signal);
  follower.open();
}

const controller = new AbortController();
start(controller.signal);
addEventListener("pagehide", (event) => {
  // A page that is kept for "back" goes on when it is shown again.
  if (!event.persisted) controller.abort();
});
