/* What the browser tests ask of a page. Each function returns a list of findings, each a sentence; an empty list is a pass. */

const named = (one) => `<${one.tagName.toLowerCase()} class="${one.getAttribute("class") || ""}"> ${(one.textContent || "").trim().slice(0, 80)}`;
const isShown = (one) => one.getClientRects().length > 0 && getComputedStyle(one).visibility !== "hidden" && !one.closest("details:not([open]) > :not(summary)");
const isForEarsOnly = (one) => {
  const box = one.getBoundingClientRect();
  return box.width <= 1 || box.height <= 1;
};

/* Every piece of text that a reader sees, with the element that holds it. */
function pieces() {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const holder = node.parentElement;
    if (node.textContent.trim() && !holder.closest("script, style, code, pre, noscript, template")) found.push([node.textContent.trim(), holder]);
  }
  return found;
}

/* Whether something around an element scrolls or hides what is too wide. */
function scrolls(one) {
  for (let around = one.parentElement; around && around !== document.body; around = around.parentElement) {
    if (getComputedStyle(around).overflowX !== "visible") return true;
  }
  return false;
}

function sideways() {
  const wide = document.documentElement.scrollWidth - window.innerWidth;
  if (wide <= 0) return [];
  const culprits = [...document.querySelectorAll("#header *, #page *, #panel *")]
    .filter((one) => isShown(one) && !scrolls(one) && one.getBoundingClientRect().right > window.innerWidth + 1)
    .slice(0, 3);
  return [`The page is ${wide} px wider than the screen: ${culprits.map(named).join(" | ")}`];
}

function cut() {
  const hides = (style) => /hidden|clip/.test(style.overflowX) || /hidden|clip/.test(style.overflowY) || style.webkitLineClamp !== "none";
  const boxes = [...document.querySelectorAll("#header *, #page *, #panel *")].filter(
    (one) => !one.closest("svg, .js-plotly-plot") && one.textContent.trim() && isShown(one) && !isForEarsOnly(one) && hides(getComputedStyle(one))
  );
  return boxes
    .filter((one) => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 2)
    .map((one) => `Text is cut in ${named(one)} (${one.scrollWidth}×${one.scrollHeight} in ${one.clientWidth}×${one.clientHeight})`);
}

function cutInCharts() {
  const outside = (text) => {
    const frame = text.closest("svg").getBoundingClientRect();
    const box = text.getBoundingClientRect();
    return box.width > 0 && (box.left < frame.left - 2 || box.right > frame.right + 2 || box.top < frame.top - 2 || box.bottom > frame.bottom + 2);
  };
  return [...document.querySelectorAll("#page .js-plotly-plot .main-svg text")]
    .filter((text) => text.textContent.trim() && isShown(text) && outside(text))
    .map((text) => `“${text.textContent}” leaves its chart (${text.closest("section")?.querySelector("h2")?.textContent.slice(0, 60)})`);
}

function headings() {
  const found = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter((one) => isShown(one) || one.closest("details"));
  const levels = found.map((one) => Number(one.tagName[1]));
  const first = levels.filter((level) => level === 1).length;
  const jumps = found.filter((one, at) => at > 0 && levels[at] > levels[at - 1] + 1).map((one) => `The heading jumps a level: ${named(one)}`);
  const blank = found.filter((one) => !one.textContent.trim()).map((one) => `A heading without words: ${named(one)}`);
  return [...(first === 1 ? [] : [`There are ${first} h1`]), ...(levels[0] === 1 ? [] : [`The first heading is an h${levels[0]}`]), ...jumps, ...blank];
}

/* Targets of under 24 px, but for links inside a sentence, whose height is the line's. */
function smallTargets() {
  const inSentence = (one) => {
    if (getComputedStyle(one).display !== "inline") return false;
    const around = [...one.parentElement.childNodes].filter((node) => node !== one && node.nodeType === Node.TEXT_NODE);
    return around.some((node) => /[\p{L}\p{N}]/u.test(node.textContent));
  };
  const size = (one) => {
    const boxes = [...one.getClientRects()];
    const own = one.getBoundingClientRect();
    const label = one.tagName === "INPUT" && one.labels?.length ? one.labels[0].getBoundingClientRect() : own;
    return boxes.length ? [Math.max(own.width, label.width), Math.max(own.height, label.height)] : [24, 24];
  };
  return [...document.querySelectorAll("a[href], button, summary, input, select, textarea, [role=button], [role=tab]")]
    .filter((one) => isShown(one) && !one.classList.contains("stretch") && !one.classList.contains("skip") && !one.closest(".modebar") && !inSentence(one))
    .filter((one) => Math.min(...size(one)) < 23.5)
    .map((one) => `A target of ${size(one).map(Math.round).join("×")} px: ${named(one)}`);
}

function withoutWords() {
  const label = (one) => one.getAttribute("aria-label") || one.getAttribute("alt") || one.querySelector(":scope > title")?.textContent || (one.getAttribute("aria-labelledby") && "by");
  const hidden = (one) => one.closest("[aria-hidden=true]") || one.getAttribute("role") === "presentation";
  const images = [...document.querySelectorAll("#header, #page, #panel")].flatMap((part) => [...part.querySelectorAll("img, svg, canvas, [role=img]")]).filter((one) => isShown(one) && !hidden(one));
  const bare = images.filter((one) => !label(one) && !one.parentElement.closest("[role=img][aria-label], a[aria-label], button[aria-label]"));
  const short = images.filter((one) => one.getAttribute("role") === "img" && (one.getAttribute("aria-label") || "").length < 4 && one.querySelector(".js-plotly-plot"));
  return [...bare, ...short].map((one) => `No words for ${named(one)}`);
}

/* Values that a program prints and people do not, keys of words instead of words, and places where something was to be filled in. */
function raw(keys) {
  const known = new Set(keys);
  const isKey = (text) => text.split(/[\s()·,;:]+/).some((word) => known.has(word));
  const printed = /(^|[^\p{L}\p{N}_])(NaN|undefined|null|Infinity|\[object \w+\]|nan|True|False)($|[^\p{L}\p{N}_])|^None$|[:=·(]\s*None\b|\bNone\s*(%|min|pts|days|cases)/u;
  const said = (text) => printed.test(text) || isKey(text) || /\{\w+\}/.test(text);
  const texts = [...pieces(), ...labels()];
  return texts.filter(([text]) => said(text)).map(([text, holder]) => `“${text.slice(0, 90)}” in ${named(holder)}`);
}

function labels() {
  const names = ["aria-label", "title", "alt", "placeholder"];
  return [...document.querySelectorAll("[aria-label], [title], [alt], [placeholder]")].flatMap((one) =>
    names.filter((name) => one.getAttribute(name)).map((name) => [one.getAttribute(name), one])
  );
}

/* Words of the other language where nothing says so. `allowed`: words that belong to both; what a definition quotes of its parameters is code. */
function foreign(lang, allowed) {
  const isMarked = (one) => one.closest("[lang]")?.getAttribute("lang") !== lang;
  const fine = new Set(allowed);
  const strange = (text) => {
    if (lang === "en") return /[\u3400-\u9fff]/.test(text);
    const told = text.replace(/[\w]+ ?= ?[\w.-]+/g, "").replace(/[A-Za-z0-9]+(_[A-Za-z0-9]+)+|[\w/]+\.(md|csv|yaml)/g, "");
    return (told.match(/[A-Za-z]{3,}/g) || []).some((word) => !fine.has(word));
  };
  return [...pieces(), ...labels()]
    .filter(([text, holder]) => !isMarked(holder) && strange(text))
    .map(([text, holder]) => `“${text.slice(0, 90)}” in ${named(holder)}`);
}

/* Of many siblings alike the sixth and further, which cannot look different; measuring the contrast of each takes half a minute. */
function markAlike() {
  const seen = new Map();
  document.querySelectorAll("#page *").forEach((one) => {
    const parts = seen.get(one.parentElement) || seen.set(one.parentElement, new Map()).get(one.parentElement);
    const kind = `${one.tagName} ${one.className}`;
    parts.set(kind, (parts.get(kind) || 0) + 1);
    if (parts.get(kind) > 5) one.setAttribute("data-alike", "");
  });
}

/* Everything that a keyboard has to reach: a number to know it by, and what it is called. */
function reachable() {
  return [...document.querySelectorAll("a[href], button, summary, input, select, textarea, [tabindex]")]
    .filter((one) => isShown(one) && !one.disabled && one.tabIndex >= 0 && !one.closest(".modebar") && one.getAttribute("aria-hidden") !== "true")
    .map((one, at) => {
      one.dataset.reach = String(at);
      return [String(at), named(one)];
    });
}
