// Asked for before the page is drawn: what only scripts can work is shown, and what works without them hidden, only
// where scripts run. Should one of them not come, the page is as if there were none.

document.documentElement.classList.add("scripted");
addEventListener(
  "error",
  ({ target }) => {
    if (target instanceof HTMLScriptElement) document.documentElement.classList.remove("scripted");
  },
  true,
);
if (!("noModule" in HTMLScriptElement.prototype)) document.documentElement.classList.remove("scripted");
