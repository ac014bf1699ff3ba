/* What a reader opens by choosing a row or a mark may lie above or below what is on the screen: bring it into view, and only then.
   A page that arrives with something open stays at its top: its answer stands there. */
(function () {
  "use strict";
  let known = null; // the heading of what is open; null before the first page

  function look() {
    const page = document.querySelector("#page [data-title]");
    if (!page) return;
    const open = document.getElementById("picked");
    const now = open ? `${window.location.pathname} ${open.textContent.slice(0, 200)}` : "";
    if (now === known) return;
    const isFirst = known === null;
    known = now;
    if (isFirst || !open) return;
    const place = open.getBoundingClientRect();
    if (place.top >= 0 && place.top < window.innerHeight * 0.7) return;
    const isCalm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    window.scrollTo({ top: window.scrollY + place.top - 110, behavior: isCalm ? "auto" : "smooth" });
  }

  new MutationObserver(() => window.requestAnimationFrame(look)).observe(document.documentElement, { childList: true, subtree: true });
})();
