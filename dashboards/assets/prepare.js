/* What a reader is about to follow is made on the server while the pointer, or the focus, rests on its link: one page at a time, none twice. */
(function () {
  "use strict";
  const RESTS = 80; // milliseconds that a rest has to last before it counts as an intention
  const asked = new Set();
  let timer = 0;
  let isBusy = false;

  function prepare(href) {
    if (isBusy || asked.has(href)) return;
    isBusy = true;
    asked.add(href);
    window
      .fetch(href, { method: "HEAD", priority: "low", headers: { "X-Intent": "prepare" } })
      .catch(() => asked.delete(href))
      .finally(() => (isBusy = false));
  }

  function consider(event) {
    window.clearTimeout(timer);
    const link = event.target.closest && event.target.closest("a[href^='/']");
    const href = link && link.getAttribute("href");
    if (!href || /^\/(export|bulletin)\//.test(href) || link.getAttribute("aria-current") === "true") return;
    if (navigator.connection && navigator.connection.saveData) return;
    timer = window.setTimeout(() => prepare(href), RESTS);
  }

  document.addEventListener("pointerover", consider);
  document.addEventListener("focusin", consider);
})();
