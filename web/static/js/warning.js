// Before a testimony whose listeners should know something, nothing of it is shown until they chose to go on. They
// are asked once, until the window is closed.

/** @param {AbortSignal} signal
 * @returns {Promise<void>} kept once the reader has chosen, or need not choose */
export function warned(signal) {
  const before = document.querySelector(".before");
  const goOn = before?.querySelector(".go-on");
  if (!goOn) return Promise.resolve();
  const name = `warned:${location.pathname}`;
  const open = () => document.body.classList.add("chosen");
  if (recall(name)) {
    open();
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    goOn.addEventListener(
      "click",
      (event) => {
        event.preventDefault();
        remember(name);
        open();
        document.getElementById("transcript")?.focus({ preventScroll: true });
        resolve();
      },
      { signal, once: true },
    );
  });
}

/** @param {string} name */
function recall(name) {
  try {
    return sessionStorage.getItem(name) !== null;
  } catch {
    return false; // a browser that keeps nothing asks each time
  }
}

/** @param {string} name */
function remember(name) {
  try {
    sessionStorage.setItem(name, "1");
  } catch {
    // As above.
  }
}
