// On narrow windows the description, citation and downloads come after the text, as the style sheet draws them;
// here they also come after it for the Tab key and for screen readers.

/** @param {HTMLElement} spread
 * @param {AbortSignal} signal */
export function placePanels(spread, signal) {
  const beside = spread.querySelector(".beside");
  const about = spread.querySelector(".about");
  if (!beside || !about) return;
  const narrow = matchMedia("(max-width: 68.74rem)");
  const place = () => (narrow.matches ? spread : beside).append(about);
  if (narrow.matches) place();
  narrow.addEventListener("change", place, { signal });
}
