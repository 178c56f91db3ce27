// Single keys for the whole page, and the list of them. Who writes with speech, or hits keys by accident, can
// turn them off (WCAG 2.2, 2.1.4); that is kept on this device.

import { keep, kept } from "./kept.js";

const SETTING = "single-keys";

/** @type {Record<string, string>} */
const KEYS = {
  k: "toggle",
  j: "back",
  l: "on",
  "<": "slower",
  ">": "faster",
  r: "loop",
  m: "mute",
  c: "captions",
  f: "full",
  v: "voice",
  n: "next",
  p: "previous",
  "/": "find",
  "?": "keys",
};

/** What is written into, or has keys of its own. */
const WRITTEN = "textarea, select, dialog, input:not([type=range], [type=radio], [type=checkbox])";

/** @param {HTMLElement} listen
 * @param {import("./controls.js").Actions} actions
 * @param {AbortSignal} signal */
export function bindKeys(listen, actions, signal) {
  const dialog = /** @type {HTMLDialogElement | null} */ (listen.querySelector("dialog.keys"));
  const choice = /** @type {HTMLInputElement | null} */ (dialog?.querySelector("input[name=single-keys]") ?? null);
  if (!dialog || !choice) return;
  choice.checked = kept(SETTING) !== "off";
  choice.addEventListener("change", () => keep(SETTING, choice.checked ? null : "off"), { signal });

  const all = { ...actions, keys: () => dialog.showModal() };
  dialog.querySelector('[data-do="close"]')?.addEventListener("click", () => dialog.close(), { signal });
  listen.querySelector('[data-do="keys"]')?.addEventListener("click", all.keys, { signal });
  addEventListener(
    "keydown",
    (event) => {
      if (!choice.checked || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof Element && event.target.closest(WRITTEN)) return;
      const action = all[/** @type {keyof typeof all} */ (KEYS[event.key])];
      if (!action) return;
      event.preventDefault();
      action();
    },
    { signal },
  );
}
