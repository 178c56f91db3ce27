// `#t=57.2,83`: a time as W3C Media Fragments write it. A server never sees what stands behind the `#`, so the page
// is asked for again with the same time in its query, where every other link has it.

/** @param {AbortSignal} signal */
export function followFragment(signal) {
  const follow = () => {
    const time = new URLSearchParams(location.hash.slice(1)).get("t");
    if (!time) return;
    const address = new URL(location.href);
    for (const name of ["start", "end"]) address.searchParams.delete(name);
    address.searchParams.set("t", time);
    address.search = address.search.replaceAll("%2C", ",");
    address.hash = "";
    location.replace(address);
  };
  addEventListener("hashchange", follow, { signal });
  follow();
}
