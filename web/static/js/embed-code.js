// The HTML that educators copy: made anew for the size and colours that are chosen, with a live preview.

import { MOVED } from "./links.js";
import { EMBEDDED } from "./quoting.js";

/** @param {HTMLElement} root
 * @param {import("./players.js").Players | null} players
 * @param {AbortSignal} signal */
export function offerEmbedCode(root, players, signal) {
  const box = /** @type {HTMLElement | null} */ (root.querySelector(".embed-code"));
  const code = box?.querySelector("textarea");
  const preview = /** @type {HTMLButtonElement | null} */ (box?.querySelector("button.preview") ?? null);
  const previewed = /** @type {HTMLElement | null} */ (box?.querySelector(".previewed") ?? null);
  if (!box || !code || !preview || !previewed) return;
  for (const fieldset of box.querySelectorAll("fieldset")) fieldset.hidden = false;
  preview.hidden = false;
  /** @type {Record<string, number>} */
  const heights = JSON.parse(box.dataset.heights ?? "{}");
  let address = box.dataset.address ?? "";

  /** @param {string} name */
  const chosen = (name) =>
    /** @type {HTMLInputElement | null} */ (box.querySelector(`input[name="${name}"]:checked`))?.value;

  const make = () => {
    const lines = chosen("lines") ?? "all";
    const colours = chosen("colours");
    const wanted = new URL(address);
    if (lines !== "all") wanted.searchParams.set("lines", lines);
    if (colours) wanted.searchParams.set("colours", colours);
    wanted.search = wanted.search.replaceAll("%2C", ",");
    const frame = document.createElement("iframe");
    for (const [name, value] of Object.entries({
      src: wanted.href,
      title: box.dataset.title ?? "",
      width: box.dataset.width ?? "",
      height: String(heights[lines]),
      loading: "lazy",
      allow: "fullscreen; picture-in-picture",
      referrerpolicy: "no-referrer",
    })) {
      frame.setAttribute(name, value);
    }
    // This page's own policy lets no element have a style; in what is copied it is only text.
    code.value = frame.outerHTML.replace(' loading="', ' style="border:0;max-width:100%" loading="');
    if (!previewed.hidden) previewed.replaceChildren(frame);
  };

  box.addEventListener("change", make, { signal });
  addEventListener(
    MOVED,
    () => {
      const other = new URL(box.dataset.other ?? address);
      const number = players?.number ?? 1;
      if (number !== 1) other.searchParams.set("r", String(number));
      // What plays in the preview goes on where nothing changes.
      if (other.href === address) return;
      address = other.href;
      make();
    },
    { signal },
  );
  addEventListener(
    EMBEDDED,
    (event) => {
      const { recording, start, end } = /** @type {CustomEvent<import("./players.js").Stretch>} */ (event).detail;
      const chosen = new URL(box.dataset.other ?? address);
      if (recording !== 1) chosen.searchParams.set("r", String(recording));
      chosen.searchParams.set("t", `${start / 1000},${end / 1000}`);
      address = chosen.href;
      make();
      for (let folded = box.closest("details"); folded; folded = folded.parentElement?.closest("details") ?? null) {
        folded.open = true;
      }
      box.scrollIntoView({ block: "nearest" });
      code.focus({ preventScroll: true });
      code.select();
    },
    { signal },
  );
  // In this column a line may break where it would not in another page: here, too, the frame tells its height.
  addEventListener(
    "message",
    ({ source, data }) => {
      const frame = previewed.querySelector("iframe");
      if (frame && source === frame.contentWindow && data?.source === "testimony-embed") frame.height = data.height;
    },
    { signal },
  );
  preview.addEventListener(
    "click",
    () => {
      previewed.hidden = !previewed.hidden;
      preview.setAttribute("aria-expanded", String(!previewed.hidden));
      if (previewed.hidden) previewed.replaceChildren();
      else make();
    },
    { signal },
  );
}
