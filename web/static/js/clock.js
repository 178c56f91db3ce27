// Times as readers see them.

/** `57:03`, or `01:02:03` where the whole is an hour or more: as the times in the margin are written.
 * @param {number} milliseconds
 * @param {number} whole of what, in ms */
export function clockTime(milliseconds, whole = 0) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  if (seconds >= 3600 || whole >= 3_600_000) parts.unshift(Math.floor(seconds / 3600));
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}
