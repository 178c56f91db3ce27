// Buttons that copy the citation, a reference in one of the styles, the HTML of a frame, or a link to the moment
// that is heard now.

/** @param {HTMLElement} root
 * @param {import("./players.js").Players | null} players
 * @param {AbortSignal} signal */
export function offerCopies(root, players, signal) {
  if (!navigator.clipboard) return; // only where the page came by https or from this machine
  for (const tools of root.querySelectorAll(".tools")) {
    const told = /** @type {HTMLElement | null} */ (tools.querySelector(".copied"));
    /** @type {HTMLElement} */ (tools).hidden = false;
    tools.addEventListener(
      "click",
      async (event) => {
        const button = event.target instanceof Element ? event.target.closest("button[data-copy]") : null;
        if (!(button instanceof HTMLElement) || !told) return;
        try {
          if (button.dataset.copy === "reference") await copyStyled(button);
          else await navigator.clipboard.writeText(textFor(button, players));
          told.textContent = told.dataset.done ?? "";
        } catch {
          told.textContent = told.dataset.failed ?? "";
        }
      },
      { signal },
    );
  }
}

/** A reference as it is set, so that a word processor gets its italics, and as plain text.
 * @param {HTMLElement} button */
function copyStyled(button) {
  const entry = button.closest(".reference")?.querySelector(".entry bdi");
  const text = entry?.textContent?.trim() ?? "";
  if (!entry || typeof ClipboardItem === "undefined") return navigator.clipboard.writeText(text);
  const forms = { "text/html": entry.innerHTML, "text/plain": text };
  const blobs = Object.entries(forms).map(([type, form]) => [type, new Blob([form], { type })]);
  return navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
}

/** @param {HTMLElement} button
 * @param {import("./players.js").Players | null} players */
function textFor(button, players) {
  if (button.dataset.copy === "embed") return button.closest(".embed-code")?.querySelector("textarea")?.value ?? "";
  if (button.dataset.copy === "citation") return document.getElementById("citation")?.textContent?.trim() ?? "";
  const address = new URL(button.dataset.address ?? location.href);
  if (!players) return address.href;
  if (players.number !== null && players.number !== 1) address.searchParams.set("r", String(players.number));
  address.searchParams.set("t", String(Math.round(players.time / 100) / 10));
  return address.href;
}
