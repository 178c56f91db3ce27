// Links to moments of this very testimony (times in the margin, chapters, found passages, recordings) move the
// player instead of loading the page again. Their addresses say where, so without scripts they work as links.

/** @param {HTMLElement} root
 * @param {HTMLElement} transcript
 * @param {import("./players.js").Players} players
 * @param {import("./follow.js").Follower} follower
 * @param {AbortSignal} signal */
export function bindLinks(root, transcript, players, follower, signal) {
  root.addEventListener(
    "click",
    (event) => {
      const link = event.target instanceof Element ? event.target.closest("a") : null;
      if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      const kind = link.closest(".passage, .chapters, .found-here, .recordings");
      const moment = kind && momentOf(link);
      if (!moment || (kind.matches(".found-here") && !("found" in link.dataset))) return;
      event.preventDefault();
      history.replaceState(history.state, "", link.href);
      if (kind.matches(".recordings")) {
        players.show(moment.recording);
        transcript.querySelector(`.tape[data-recording="${moment.recording}"]`)?.scrollIntoView();
        return;
      }
      // A time is asked to be heard; a found passage, first of all to be seen.
      players.seek(moment.recording, moment.start ?? 0, { play: !kind.matches(".found-here") });
      follower.follow();
    },
    { signal },
  );
}

/** The recording and moment (ms) in a link's address; null where it leads to another page.
 * @param {HTMLAnchorElement} link
 * @returns {{ recording: number, start: number | null } | null} */
function momentOf(link) {
  const address = new URL(link.href);
  if (address.origin !== location.origin || address.pathname !== location.pathname) return null;
  const start = address.searchParams.get("t");
  return {
    recording: Number(address.searchParams.get("r") ?? 1),
    start: start === null ? null : Math.round(Number.parseFloat(start) * 1000),
  };
}
