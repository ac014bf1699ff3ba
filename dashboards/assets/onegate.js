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
    const pauses = event.target.closest("button.pause");
    if (pauses) pause(pauses);
    if (event.target.closest("button.tour-start")) showStep(0);
    const image = event.target.closest("button.save-image");
    if (image) saveImage(image);
    if (!link || link.closest("#first") || /^\/(export|bulletin|data-docs)\//.test(link.getAttribute("href"))) return;
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (link.matches(".leave")) return window.top.location.assign(link.href);
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
    if (document.querySelector(".tour")) return endTour();
    const leave = document.querySelector("#header a.leave");
    if (leave) return window.top.location.assign(leave.href);
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

  /* ---- wall screen: as large as the screen allows, the places in turn until somebody stops them ---- */
  const DESIGNED_FOR = 1480; // pixels of width at which the wall is laid out
  const isInside = window.top !== window;
  let turning = null;
  let isPaused = false;

  /* The page stands in a frame of its own that is enlarged as a whole: charts measure their labels and must not see the enlargement. */
  function wall() {
    const isWall = root.dataset.wall === "1";
    if (isInside) return turnPages(isWall);
    let frame = document.getElementById("wall");
    root.classList.toggle("is-wall", isWall);
    if (!isWall) return frame && frame.remove();
    if (!frame) {
      frame = document.createElement("iframe");
      frame.id = "wall";
      frame.title = document.title;
      frame.src = window.location.href;
      document.body.append(frame);
    }
    const scale = window.innerWidth / DESIGNED_FOR;
    frame.style.cssText = `width:${DESIGNED_FOR}px;height:${Math.ceil(window.innerHeight / scale)}px;transform:scale(${scale})`;
  }

  function turnPages(isWall) {
    window.top.history.replaceState({}, "", window.location.href);
    const stops = document.querySelector("#header .stops");
    if (!isWall || !stops || isPaused) {
      window.clearTimeout(turning);
      turning = null;
    } else if (turning === null) {
      turning = window.setTimeout(turn, Number(stops.dataset.seconds) * 1000);
    }
  }

  function turn() {
    turning = null;
    const links = [...document.querySelectorAll("#header .stops a")];
    const here = links.findIndex((link) => link.hasAttribute("aria-current"));
    const next = links[(here + 1) % links.length];
    if (!next) return;
    // once around, everything is loaded anew: a wall stays on for weeks, and releases come
    if (here + 1 >= links.length) window.location.assign(next.href);
    else go(next.getAttribute("href"));
  }

  function pause(button) {
    isPaused = !isPaused;
    const other = button.dataset.resume;
    button.dataset.resume = button.textContent;
    button.textContent = other;
    button.setAttribute("aria-pressed", String(isPaused));
    wall();
  }

  /* ---- the tour: an invitation on the first visit, then a card beside each thing it points at ---- */
  const TOURED = "onegate.toured";

  function element(tag, css, text) {
    const made = document.createElement(tag);
    made.className = css;
    if (text) made.textContent = text;
    if (tag === "button") made.type = "button";
    return made;
  }

  function remembered() {
    try {
      return window.localStorage.getItem(TOURED);
    } catch {
      return "1"; // where nothing can be remembered, nobody is asked every time
    }
  }

  function endTour() {
    try {
      window.localStorage.setItem(TOURED, "1");
    } catch {
      /* asked again next time */
    }
    document.querySelectorAll(".is-toured").forEach((shown) => shown.classList.remove("is-toured"));
    document.querySelectorAll(".tour").forEach((card) => card.remove());
  }

  function inviteToTour() {
    const given = document.querySelector("#header #tour");
    if (!given) return document.querySelectorAll(".tour").forEach((card) => card.remove());
    if (remembered() || document.querySelector(".tour") || !document.querySelector("#page .headline")) return;
    const words = JSON.parse(given.dataset.words);
    const card = element("aside", "tour is-invitation");
    card.setAttribute("aria-label", words.invite);
    card.append(element("p", "", words.invite), tourButtons([["start", words.start, () => showStep(0)], ["later", words.later, endTour]]));
    document.body.append(card);
  }

  function tourButtons(buttons) {
    const row = element("div", "tour-buttons");
    buttons.forEach(([css, text, act]) => {
      const button = element("button", css, text);
      button.addEventListener("click", act);
      row.append(button);
    });
    return row;
  }

  function showStep(number) {
    const given = document.querySelector("#header #tour");
    const steps = JSON.parse(given.dataset.steps);
    const words = JSON.parse(given.dataset.words);
    endTour();
    const step = steps[number];
    const target = document.querySelector(`#page ${step.at}, #header ${step.at}`);
    if (target) {
      target.classList.add("is-toured");
      target.scrollIntoView({ block: "center", behavior: window.matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    }
    const card = element("section", "tour");
    card.setAttribute("role", "dialog");
    card.setAttribute("aria-label", words.step.replace("{number}", number + 1).replace("{count}", steps.length));
    card.tabIndex = -1;
    const buttons = [["later", words.end, endTour]];
    if (number > 0) buttons.unshift(["back", words.back, () => showStep(number - 1)]);
    if (number + 1 < steps.length) buttons.unshift(["start", words.next, () => showStep(number + 1)]);
    card.append(element("p", "tour-step", card.getAttribute("aria-label")), element("p", "", step.text), tourButtons(buttons));
    document.body.append(card);
    card.focus();
  }

  /* ---- paper: charts as wide as the sheet, and what the page shows on top of every sheet ---- */
  const SHEET = 680;

  function toPaper() {
    const foot = document.querySelector("#page [data-paper]");
    const heading = document.querySelector("#page h1");
    if (foot && heading) {
      const text = JSON.stringify(`${heading.textContent} · ${foot.dataset.paper}`);
      const style = document.getElementById("paper") || document.head.appendChild(Object.assign(element("style", ""), { id: "paper" }));
      style.textContent = `@page { @top-left { content: ${text}; font-size: 8pt; } @bottom-right { content: counter(page) " / " counter(pages); font-size: 8pt; } }`;
    }
    document.querySelectorAll(".js-plotly-plot").forEach((plot) => window.Plotly.relayout(plot, { width: SHEET }));
  }

  function fromPaper() {
    document.querySelectorAll(".js-plotly-plot").forEach((plot) => window.Plotly.relayout(plot, { width: null, autosize: true }));
  }
  window.addEventListener("beforeprint", toPaper);
  window.addEventListener("afterprint", fromPaper);
  window.addEventListener("resize", wall);

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
    wall();
    inviteToTour();
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
        if (said.get("wall") === "1") root.dataset.wall = "1";
        else delete root.dataset.wall;
        said.delete("define");
        const now = { path: path || "/", search: said.toString() };
        if (before && before.path === now.path && before.search === now.search) return window.dash_clientside.no_update;
        return now;
      },
    },
  });
})();
