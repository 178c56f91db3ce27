// Tells the page that frames this one how high it would like to be, so that nothing is cut off and no room is left
// over. What is in it is measured, not the frame.

const PREFERRED = 480;

/** What the framing page is told. @typedef {{ source: "testimony-embed", height: number }} Told */

/** @param {AbortSignal} signal */
export function tellHeight(signal) {
  const main = document.querySelector("main");
  if (!main || parent === window) return;
  const tell = () => {
    const words = /** @type {HTMLElement | null} */ (main.querySelector(".words"));
    const last = main.lastElementChild;
    if (!last) return;
    const shown = last.getBoundingClientRect().bottom - main.getBoundingClientRect().top;
    const whole = Math.ceil(shown + parseFloat(getComputedStyle(main).paddingBottom));
    // Words that have a box of their own would like all of it to be seen, up to what suits a page.
    const folded = words && !document.body.matches(".lines-1, .lines-3") ? words.scrollHeight - words.clientHeight : 0;
    /** @type {Told} */
    const told = { source: "testimony-embed", height: Math.max(whole, Math.min(whole + folded, PREFERRED)) };
    // It is no secret how high a page is, and who frames it is not known here.
    parent.postMessage(told, "*");
  };
  const observer = new ResizeObserver(tell);
  for (const child of main.children) observer.observe(child);
  signal.addEventListener("abort", () => observer.disconnect());
}
