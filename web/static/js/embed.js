// The page that other sites frame, put together of the parts of the testimony page. It remembers nothing.

import { followFragment } from "./fragment.js";
import { tellHeight } from "./height.js";
import { Players } from "./players.js";
import { keepInSight } from "./sight.js";
import { bindStretch } from "./stretch.js";
import { Synchroniser } from "./sync.js";
import { Timeline } from "./timeline.js";
import { bindWords } from "./words.js";

/** @param {AbortSignal} signal */
function start(signal) {
  followFragment(signal);
  tellHeight(signal);
  const listen = /** @type {HTMLElement | null} */ (document.querySelector(".listen"));
  if (!listen) return;
  const words = /** @type {HTMLElement | null} */ (document.querySelector(".words")) ?? document.createElement("div");
  const timeline = new Timeline(words);
  const players = new Players(listen, signal);
  const sync = new Synchroniser(timeline, players, signal);
  const follower = keepInSight(words, players, sync, signal);
  bindWords(words, timeline, players, follower, signal);
  bindStretch(listen, players, follower, signal);
}

const controller = new AbortController();
start(controller.signal);
addEventListener("pagehide", (event) => {
  if (!event.persisted) controller.abort();
});
