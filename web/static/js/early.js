// Asked for before the page is drawn: what only scripts can work is shown, and what works without them hidden, only
// where scripts run. Should one of them not come, or not be understood, the page is as if there were none. (CSS alone,
// with `@media (scripting)`, knows neither, and older browsers do not know it.)

{
  const { classList } = document.documentElement;
  classList.add("scripted");
  // Scripts that do not come tell it on their way down; those that are not understood tell the window.
  const giveUp = (/** @type {Event} */ { target }) => {
    if (target === window || target instanceof HTMLScriptElement) classList.remove("scripted");
  };
  addEventListener("error", giveUp, true);
  const begin = () => {
    removeEventListener("error", giveUp, true);
    classList.add("scripted");
  };
  addEventListener("scripts-began", begin, { once: true });
}
