// The page that other sites frame, put together of the parts of the testimony page. It remembers nothing.

import { tellHeight } from "./height.js";
import { Players } from "./players.js";
import { keepInSight } from "./sight.js";
import { bindStretch } from "./stretch.js";
import { Synchroniser } from "./sync.js";
import { Timeline } from "./timeline.js";
import { bindWords } from "./words.js";

const { signal } = new AbortController();
tellHeight(signal);
const words = /** @type {HTMLElement | null} */ (document.querySelector(".words"));
const listen = /** @type {HTMLElement | null} */ (document.querySelector(".listen"));
if (listen) {
  const transcript = words ?? document.createElement("div");
  const timeline = new Timeline(transcript);
  const players = new Players(listen, signal);
  const sync = new Synchroniser(timeline, players, signal);
  const follower = keepInSight(transcript, players, sync, signal);
  bindWords(transcript, timeline, players, follower, signal);
  bindStretch(listen, players, follower, signal);
}
