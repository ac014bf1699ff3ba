/* What the pages need beyond Dash: links that change the address without reloading, menus that close, language and theme of the document. */
(function () {
  "use strict";
  const root = document.documentElement;

  function go(href) {
    const from = window.location.pathname;
    window.history.pushState({}, "", href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    if (window.location.pathname !== from) {
      window.scrollTo(0, 0);
      const main = document.getElementById("page");
      if (main) main.focus({ preventScroll: true });
    }
  }

  function closeMenus(except) {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (menu !== except) menu.open = false;
    });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='/']");
    const menu = event.target.closest("details.menu");
    closeMenus(link ? null : menu);
    if (event.target.closest("button.print")) window.print();
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(link.getAttribute("href"));
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details.menu[open]");
    const close = document.querySelector("#panel a.close");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    } else if (close) {
      go(close.getAttribute("href"));
    }
  });

  /* A mark that stands for a page leads to it: the chart carries the address of each mark as customdata. */
  function watch() {
    const seen = new WeakSet();
    new MutationObserver(() => {
      const titled = document.querySelector("#page [data-title]");
      if (titled && document.title !== titled.dataset.title) document.title = titled.dataset.title;
      document.querySelectorAll(".js-plotly-plot").forEach((plot) => {
        if (seen.has(plot) || !plot.on) return;
        seen.add(plot);
        plot.on("plotly_click", (clicked) => {
          const href = clicked.points.length && clicked.points[0].customdata;
          if (typeof href === "string" && href.startsWith("/")) go(href);
        });
      });
      const card = document.querySelector("#panel .definition");
      root.classList.toggle("has-panel", Boolean(document.querySelector("#panel > *")));
      if (card && !seen.has(card)) {
        seen.add(card);
        document.querySelector("#panel a.close").focus();
      }
    }).observe(document.body, { childList: true, subtree: true });
  }

  watch();

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    onegate: {
      /* The address without the definition card; the same again changes nothing. */
      view: function (path, search, before) {
        const said = new URLSearchParams(search || "");
        root.lang = said.get("lang") === "zh" ? "zh" : "en";
        root.dataset.theme = said.get("theme") === "dark" ? "dark" : "light";
        said.delete("define");
        const now = { path: path || "/", search: said.toString() };
        if (before && before.path === now.path && before.search === now.search) return window.dash_clientside.no_update;
        return now;
      },
    },
  });
})();
