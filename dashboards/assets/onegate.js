/* What the pages need beyond Dash: content that travels as text, links that change the address without reloading, menus that close,
   language and theme of the document. */
(function () {
  "use strict";
  const root = document.documentElement;
  const filled = new WeakMap();
  const wired = new WeakSet();
  let last = null; // the link that was followed last, to give focus back after its part of the page was drawn anew

  function go(href) {
    const from = window.location.pathname;
    window.history.pushState({}, "", href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    if (window.location.pathname === from) return;
    last = null;
    window.scrollTo(0, 0);
    const main = document.getElementById("page");
    if (main) main.focus({ preventScroll: true });
  }

  function closeMenus(except) {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (menu !== except) menu.open = false;
    });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='/']");
    closeMenus(link ? null : event.target.closest("details.menu"));
    if (event.target.closest("button.print")) window.print();
    const image = event.target.closest("button.save-image");
    if (image) saveImage(image);
    if (!link || link.closest("#first") || link.getAttribute("href").startsWith("/export/")) return;
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    last = { text: link.textContent, css: link.className };
    go(link.getAttribute("href"));
  });

  /* A search in a table is a change of the address. */
  document.addEventListener("submit", (event) => {
    const table = event.target.dataset.table;
    if (!table) return;
    event.preventDefault();
    const address = new URL(window.location.href);
    const text = event.target.querySelector("input").value.trim();
    address.searchParams.delete("at");
    if (text) address.searchParams.set("find", `${table}:${text}`);
    else address.searchParams.delete("find");
    go(address.pathname + address.search);
  });

  /* A chart as a picture: what is drawn, with its heading and on its own ground, made here in the browser. */
  function saveImage(button) {
    const card = button.closest("[data-chart]");
    const plot = card.querySelector(".js-plotly-plot");
    if (!plot || !window.Plotly) return;
    const style = window.getComputedStyle(card);
    const width = plot.clientWidth + 32;
    const height = plot.clientHeight + 64;
    const layout = Object.assign({}, plot.layout, {
      paper_bgcolor: style.backgroundColor,
      title: { text: plainText(card.querySelector("h2, h3").textContent), x: 0.02, xanchor: "left", y: 0.97, yanchor: "top", font: { size: 15, color: style.color } },
      margin: Object.assign({}, plot.layout.margin, { t: 56 }),
    });
    const options = { format: button.dataset.format, width: width, height: height, scale: 2 };
    window.Plotly.toImage({ data: plot.data, layout: layout }, options).then((address) => {
      const link = document.createElement("a");
      link.href = address;
      link.download = `${card.dataset.chart}.${button.dataset.format}`;
      link.click();
    });
  }

  /* Plotly reads some tags in text; data must not be able to write them. */
  function plainText(text) {
    return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu[open]");
    const close = document.querySelector("#panel a.close");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    } else if (close) {
      go(close.getAttribute("href"));
    }
  });

  /* Parts without anything live inside arrive as one element with their content as text (dashboards/markup.py escapes it). */
  function fill() {
    document.querySelectorAll("[data-html]").forEach((part) => {
      const content = part.getAttribute("data-html");
      if (filled.get(part) === content) return;
      filled.set(part, content);
      part.innerHTML = content;
    });
  }

  function takeOver() {
    const first = document.getElementById("first");
    const page = document.querySelector("#page [data-title]");
    if (first && page) first.remove();
    if (page && document.title !== page.dataset.title) document.title = page.dataset.title;
  }

  function giveFocusBack() {
    if (!last || document.activeElement !== document.body) return;
    const again = [...document.querySelectorAll("#header a, #page a")].find((link) => link.textContent === last.text && link.className === last.css);
    if (again) again.focus({ preventScroll: true });
  }

  /* A mark that stands for a page leads to it: the chart carries the address of each mark as customdata. */
  function wireCharts() {
    document.querySelectorAll(".js-plotly-plot").forEach((plot) => {
      if (wired.has(plot) || !plot.on) return;
      wired.add(plot);
      plot.on("plotly_click", (clicked) => {
        const point = clicked.points[0];
        const href = point && (point.customdata || (point.data && point.data.meta)); // an area has no points of its own
        if (typeof href === "string" && href.startsWith("/")) go(href);
      });
    });
  }

  function wirePanel() {
    const close = document.querySelector("#panel a.close");
    if (!close || wired.has(close)) return;
    wired.add(close);
    close.focus();
  }

  new MutationObserver(() => {
    fill();
    takeOver();
    giveFocusBack();
    wireCharts();
    wirePanel();
  }).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-html"] });

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
