// What is kept on this device alone. A browser may refuse to keep anything; then nothing is.

const PREFIX = "testimonies:";

/** @param {string} name
 * @returns {string | null} */
export function kept(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/** @param {string} name
 * @param {string | null} value null: no longer */
export function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
  } catch {
    // Nothing is kept, and nothing depends on it.
  }
}
