"use strict";
// What a reader does with the page: all that is shown is in it, nothing is fetched.
(() => {
  const facts = JSON.parse(document.getElementById("facts").textContent);
  const byId = (id) => document.getElementById(id);
  const root = document.documentElement;
  const ROWS = 20;
  const SVG = "http://www.w3.org/2000/svg";
  const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  const levels = facts.quantiles.map((name) => Number(name.slice(1)));
  const narrow = matchMedia("(max-width: 940px)");

  // ---- words and numbers -------------------------------------------------------

  const known = (value) => value !== null && value !== undefined;
  const count = (n) => `${n.toLocaleString("en")} ${n === 1 ? facts.noun : facts.nouns}`;

  /** Three digits, or all of a whole number; as the page's own Python writes them. */
  function spell(value) {
    if (!known(value)) return "–";
    if (value === 0) return "0";
    const size = Math.abs(value);
    if (value < 0) return `−${spell(-value)}`;
    for (const [unit, scale, name] of [[1e12, 1e12, " T"], [1e9, 1e9, " bn"], [1e6, 1e6, " M"], [1e5, 1e3, " k"]]) {
      if (size >= unit) return digits(value / scale) + name;
    }
    return size >= 100 ? Math.round(value).toLocaleString("en") : digits(value);
  }

  function digits(value, most = 3) {
    const size = Math.abs(value);
    if (size < 1e-6) return value.toExponential(2);
    const decimals = Math.min(Math.max(0, most - 1 - Math.floor(Math.log10(size))), 8);
    return value.toLocaleString("en", { maximumFractionDigits: decimals });
  }

  function spellMetric(value) {
    if (!known(value)) return "–";
    if (value === 0) return "0";
    const decimals = Math.min(Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))), 6);
    return value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  }

  function spellChange(value) {
    if (!known(value)) return "–";
    const text = Math.abs(value).toLocaleString("en", { maximumFractionDigits: Math.abs(value) >= 10 ? 0 : 1, minimumFractionDigits: Math.abs(value) >= 10 ? 0 : 1 });
    if (!/[1-9]/.test(text)) return "0%";
    return `${value < 0 ? "−" : "+"}${text}%`;
  }

  const exact = (value) => (known(value) ? digits(value, 6) : "–");

  /** Four digits of the largest number, and as many decimals of all, if any has some. */
  function readable(values) {
    const largest = Math.max(...values.filter(known).map(Math.abs), 1e-6);
    const decimals = values.every((one) => !known(one) || Number.isInteger(one)) ? 0 : Math.min(Math.max(0, 3 - Math.floor(Math.log10(largest))), 8);
    return (value) => (known(value)
      ? value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }) : "–");
  }

  // ---- elements: names come from the data, and are only ever text -----------------

  function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name === "on") {
        for (const [event, handler] of Object.entries(value)) element.addEventListener(event, handler);
      } else if (known(value) && value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.filter(known));
    return element;
  }

  const make = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
  const draw = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

  function save(name, blob) {
    const link = make("a", { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  const quote = (value) => {
    const text = known(value) ? String(value) : "";
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  /** Text of a cell that no spreadsheet takes for a formula, as formulas.py has it. */
  const FORMULA = /(?:^|(?<=[;\t\r\n|]))(?=[ \u00a0"]*[-=+@\uff1d\uff0b\uff0d\uff20])/g;
  const harmless = (text) => (/^[-+]?[0-9.,]*(?: ?(?:%|k|M|bn|T))?$/.test(text) ? text : text.replace(FORMULA, "'"));
  const cell = (text) => quote(harmless(text));
  const lines = (rows) => rows.map((row) => row.join(",")).join("\n").concat("\n");
  const fileName = (words) => words.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 60);

  // ---- charts ---------------------------------------------------------------------

  /** What is wide may leave the picture, or an exploding quantile would flatten all else. */
  function chooseRange(values, wide) {
    const some = values.filter(known);
    if (!some.length) return [0, 1];
    let low = Math.min(...some);
    let high = Math.max(...some);
    const reach = 2 * (high - low || Math.abs(high));
    const ends = wide.filter(known);
    if (ends.length) {
      low = Math.min(low, Math.max(Math.min(...ends), low - reach));
      high = Math.max(high, Math.min(Math.max(...ends), high + reach));
    }
    if (low >= 0 && low < 0.5 * high) low = 0;
    if (low === high) [low, high] = [Math.min(low, 0), Math.max(high, 0) || 1];
    return [low, high + 0.04 * (high - low)];
  }

  function chooseTicks(low, high, most = 5) {
    const raw = (high - low) / most;
    const size = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map((times) => size * times).find((one) => one >= raw * 0.999);
    const ticks = [];
    for (let n = Math.ceil(low / step - 1e-9); n <= high / step + 1e-9; n += 1) ticks.push(n * step);
    return ticks;
  }

  function pickStamps(stamps, most) {
    for (const part of [4, 7, 10, 16]) {
      const starts = [];
      for (let at = 1; at < stamps.length; at += 1) {
        if (stamps[at].slice(0, part) !== stamps[at - 1].slice(0, part)) starts.push(at);
      }
      if (starts.length >= Math.min(3, stamps.length - 1)) {
        const stride = Math.max(1, Math.ceil(starts.length / most));
        return starts.filter((_, place) => place % stride === 0).map((at) => [at, nameStamp(stamps[at], part)]);
      }
    }
    return [];
  }

  function nameStamp(stamp, part) {
    const month = MONTHS[Number(stamp.slice(5, 7)) - 1];
    if (part === 4) return stamp.slice(0, 4);
    if (part === 7) return `${month} ${stamp.slice(0, 4)}`;
    return `${Number(stamp.slice(8, 10))} ${month}${part === 16 ? ` ${stamp.slice(11, 16)}` : ""}`;
  }

  /** History, bands of quantiles, the mean, and how the backtest would have done. */
  class Fan {
    constructor(place, title, shape) {
      Object.assign(this, { place, title, shape });
      this.draw();
    }

    draw() {
      const { shape, place } = this;
      const width = Math.max(place.clientWidth || 640, 240);
      const height = narrow.matches ? 230 : 300;
      const first = shape.first;
      this.steps = shape.stamps.length - first;
      this.left = 52;
      const room = width - this.left - 10;
      const [low, high] = chooseRange([
        ...shape.values.slice(first), ...shape.mean, ...shape.ghost,
        ...shape.windows.flatMap(([, mean, base]) => [...mean, ...base]),
      ], [...shape.quantiles.flat(), ...shape.windows.flatMap(([, , , bottom, top]) => [...(bottom || []), ...(top || [])])]);
      this.x = (step) => this.left + (room * (step - first + 0.5)) / this.steps;
      this.y = (value) => 8 + ((height - 30) * (high - value)) / (high - low || 1);
      const svg = draw("svg", {
        class: "plot", viewBox: `0 0 ${width} ${height}`, width, height, role: "img", tabindex: "0",
        "aria-label": `Line chart of ${this.title}: history, then the forecast. Arrow keys read its values; the numbers are in the table below.`,
        on: {
          pointermove: (event) => this.point(event), pointerdown: (event) => this.point(event),
          pointerleave: () => this.read(null), blur: () => this.read(null), keydown: (event) => this.step(event),
        },
      });
      for (const value of chooseTicks(low, high)) {
        svg.append(
          draw("path", { d: `M${this.left} ${this.y(value)}H${width - 10}`, class: "rule" }),
          draw("text", { x: this.left - 6, y: this.y(value) + 4, "text-anchor": "end" }, spell(value)));
      }
      for (const [at, words] of pickStamps(shape.stamps.slice(first), Math.floor(room / 80))) {
        svg.append(draw("text", { x: this.x(at + first), y: height - 5, "text-anchor": "middle" }, words));
      }
      const ahead = shape.mean.map((_, at) => shape.start + at);
      levels.forEach((level, at) => {
        const other = levels.indexOf(100 - level);
        if (level < 50 && other > 0) svg.append(draw("path", { d: this.band(ahead, shape.quantiles[at], shape.quantiles[other]), class: "band" }));
        else if (level !== 50 && other < 0) svg.append(draw("path", { d: this.line(ahead, shape.quantiles[at]), class: "level" }));
      });
      for (const [place0, mean, base, bottom, top] of shape.windows) {
        const at = mean.map((_, step) => place0 + step);
        if (bottom) svg.append(draw("path", { d: this.band(at, bottom, top), class: "band past-band" }));
        svg.append(draw("path", { d: this.line(at, base), class: "base" }), draw("path", { d: this.line(at, mean), class: "back" }));
        if (mean.length === 1) svg.append(this.dot(place0, mean[0], "back"), this.dot(place0, base[0], "base"));
      }
      if (shape.ghost.some(known)) svg.append(draw("path", { d: this.line(ahead, shape.ghost), class: "ghost" }));
      svg.append(draw("path", { d: this.line(shape.values.map((_, at) => at), shape.values), class: "past" }));
      shape.values.forEach((value, at) => {
        const lonely = known(value) && !known(shape.values[at - 1]) && !known(shape.values[at + 1]);
        if (lonely && at >= first) svg.append(this.dot(at, value, "past"));
      });
      const before = shape.values[shape.start - 1];
      svg.append(known(before)
        ? draw("path", { d: this.line([shape.start - 1, ...ahead], [before, ...shape.mean]), class: "mean" })
        : draw("path", { d: this.line(ahead, shape.mean), class: "mean" }));
      if (shape.mean.length === 1) svg.append(this.dot(shape.start, shape.mean[0], "mean"));
      this.cursor = draw("path", { class: "cursor" });
      svg.append(this.cursor);
      this.readout = make("p", { class: "readout small", "aria-live": "polite" });
      this.svg = svg;
      this.bottom = height - 22;
      place.replaceChildren(this.readout, svg);
      this.read(null);
    }

    line(steps, values) {
      let path = "";
      let pen = "M";
      steps.forEach((step, at) => {
        if (!known(values[at]) || step < this.shape.first) { pen = "M"; return; }
        path += `${pen}${this.x(step).toFixed(1)} ${this.y(values[at]).toFixed(1)}`;
        pen = "L";
      });
      return path;
    }

    band(steps, low, high) {
      const whole = steps.map((step, at) => [this.x(step), low[at], high[at]]).filter((one) => known(one[1]) && known(one[2]));
      if (!whole.length) return "";
      if (whole.length === 1) {
        const [x, one, other] = whole[0];
        return `M${x - 4} ${this.y(one)}h8V${this.y(other)}h-8Z`;
      }
      const up = whole.map(([x, , top]) => `${x.toFixed(1)} ${this.y(top).toFixed(1)}`);
      const down = whole.reverse().map(([x, bottom]) => `${x.toFixed(1)} ${this.y(bottom).toFixed(1)}`);
      return `M${[...up, ...down].join("L")}Z`;
    }

    dot(step, value, name) {
      return draw("circle", { cx: this.x(step), cy: this.y(value), r: 2.5, class: `dot ${name}` });
    }

    point(event) {
      const box = this.svg.getBoundingClientRect();
      const x = ((event.clientX - box.left) * this.svg.viewBox.baseVal.width) / box.width;
      const width = this.x(1) - this.x(0);
      this.read(Math.round((x - this.x(this.shape.first)) / width) + this.shape.first);
    }

    step(event) {
      const move = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
      if (!move) return;
      event.preventDefault();
      this.read((this.at ?? this.shape.start - 1) + move);
    }

    /** Say what the chart shows at a step, in words above it. */
    read(step) {
      const { shape } = this;
      if (step === null) {
        this.at = null;
        this.cursor.setAttribute("d", "");
        this.readout.textContent = "Point at the chart, or use the arrow keys, to read its values.";
        return;
      }
      this.at = Math.min(Math.max(step, shape.first), shape.stamps.length - 1);
      this.cursor.setAttribute("d", `M${this.x(this.at)} 8V${this.bottom}`);
      const words = [];
      if (known(shape.values[this.at])) words.push(`actual ${exact(shape.values[this.at])}`);
      const ahead = this.at - shape.start;
      if (ahead >= 0 && known(shape.mean[ahead])) {
        words.push(`mean ${exact(shape.mean[ahead])}`, ...facts.quantiles.map((name, at) => `${name} ${exact(shape.quantiles[at][ahead])}`));
        if (known(shape.ghost[ahead])) words.push(`${facts.before} ${exact(shape.ghost[ahead])}`);
      }
      for (const [place, mean, base] of shape.windows) {
        const step = this.at - place;
        if (known(mean[step])) words.push(`backtest ${exact(mean[step])}`, `${facts.baseline} there ${exact(base[step])}`);
      }
      this.readout.textContent = `${shape.stamps[this.at]}: ${words.join(", ") || "no value"}`;
    }

    /** The picture by itself: with its title, its legend and the light page's colours. */
    picture() {
      const copy = this.svg.cloneNode(true);
      const box = this.svg.viewBox.baseVal;
      const height = box.height + 58;
      copy.setAttribute("viewBox", `0 -34 ${box.width} ${height}`);
      copy.setAttribute("height", height);
      copy.setAttribute("xmlns", SVG);
      const legend = this.legend();
      const style = ".rule{stroke:#dce1e7}text{font:12px sans-serif;fill:#55606e}.title{font-weight:bold;fill:#16202b}path{fill:none}.past{stroke:#2b3440;stroke-width:2}.mean{stroke:#0067a8;stroke-width:3}.band{fill:#0067a8;fill-opacity:.2}.level{stroke:#0067a8;stroke-dasharray:2 3}.back{stroke:#b34700;stroke-width:2}.base{stroke:#b34700;stroke-width:1.5;stroke-dasharray:4 3}.past-band{fill:#b34700;fill-opacity:.14}.ghost{stroke:#55606e;stroke-dasharray:3 3}.dot.past{fill:#2b3440}.dot.mean{fill:#0067a8}.dot.back,.dot.base{fill:#b34700}";
      copy.querySelector(".cursor")?.remove();
      copy.prepend(draw("style", {}, style), draw("rect", { y: -34, width: box.width, height, fill: "#fff" }),
        draw("text", { x: 8, y: -14, class: "title" }, this.name()));
      let x = this.left;
      for (const [kind, words] of legend) {
        const y = box.height + 10;
        copy.append(kind === "band"
          ? draw("path", { d: `M${x} ${y - 6}h20v10h-20Z`, class: kind })
          : draw("path", { d: `M${x} ${y}h20`, class: kind }), draw("text", { x: x + 25, y: y + 4 }, words));
        x += 40 + 6.4 * words.length;
      }
      copy.setAttribute("width", Math.max(box.width, x));
      copy.setAttribute("viewBox", `0 -34 ${Math.max(box.width, x)} ${height}`);
      return new XMLSerializer().serializeToString(copy);
    }

    name() {
      return this.title === facts.name ? `${facts.name}: ${facts.target}` : `${this.title}: ${facts.target} (${facts.name})`;
    }

    /** The legend that stands below the chart, as kinds and words. */
    legend() {
      return [...this.place.parentNode.querySelectorAll(".legend li")].map((line) => [line.firstChild.classList[1], line.textContent]);
    }

    fileName(ending) {
      return `${fileName(this.title === facts.name ? this.title : `${facts.dataset} ${this.title}`)}.${ending}`;
    }

    saveSvg() {
      save(this.fileName("svg"), new Blob([this.picture()], { type: "image/svg+xml" }));
    }

    /** The same as pixels, twice as many as on the page. */
    async savePng() {
      const image = new Image();
      image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(this.picture())}`;
      await image.decode();
      const canvas = make("canvas", { width: 2 * image.width, height: 2 * image.height });
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      const blob = await new Promise((done) => { canvas.toBlob(done, "image/png"); });
      save(this.fileName("png"), blob);
    }

    saveCsv() {
      const { shape } = this;
      const rows = [[facts.timestamp, "actual", "mean", ...facts.quantiles].map(cell)];
      shape.stamps.forEach((stamp, at) => {
        const ahead = at - shape.start;
        if (!known(shape.values[at]) && !(ahead >= 0)) return;
        rows.push([stamp, shape.values[at], shape.mean[ahead], ...shape.quantiles.map((one) => one[ahead])].map(quote));
      });
      save(this.fileName("csv"), new Blob([lines(rows)], { type: "text/csv" }));
    }

    buttons() {
      const button = (words, click) => make("button", { type: "button", on: { click } }, words);
      return make("p", { class: "take", role: "group", "aria-label": `Download ${this.title} as` },
        button("CSV", () => this.saveCsv()), button("SVG", () => this.saveSvg()), button("PNG", () => this.savePng()));
    }
  }

  // ---- tables: sorted by their headings, and taken along ---------------------------

  /** What a cell says as a number, to sort by: 1.2 M, −5%, $3.00; null for words. */
  function readCell(text) {
    const match = /^[$+]?([−-]?[\d,]*\.?\d+(?:e[+-]?\d+)?)\s?(k|M|bn|T|%|s)?(?:$| )/.exec(text.trim());
    if (!match) return null;
    const scale = { k: 1e3, M: 1e6, bn: 1e9, T: 1e12 }[match[2]] || 1;
    return Number(match[1].replaceAll(",", "").replace("−", "-")) * scale;
  }

  const collator = new Intl.Collator("en", { numeric: true });

  function sortTable(table, column) {
    const heads = table.tHead.rows[0].cells;
    const falling = heads[column].getAttribute("aria-sort") === "none"
      ? !heads[column].classList.contains("text") : heads[column].getAttribute("aria-sort") === "ascending";
    const sign = falling ? -1 : 1;
    const rows = [...table.tBodies[0].rows].map((row) => [row, row.cells[column].textContent]);
    const isText = heads[column].classList.contains("text");
    rows.sort(([, one], [, other]) => {
      if (isText) return sign * collator.compare(one, other);
      const [a, b] = [readCell(one), readCell(other)];
      if (a === null || b === null) return (a === null) - (b === null);
      return sign * (a - b);
    });
    table.tBodies[0].append(...rows.map(([row]) => row));
    [...heads].forEach((head, at) => head.setAttribute("aria-sort", at !== column ? "none" : falling ? "descending" : "ascending"));
  }

  async function copyText(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Some browsers keep the clipboard from pages that are files.
      const box = make("textarea", { class: "skip" }, text);
      document.body.append(box);
      box.select();
      const copied = document.execCommand("copy");
      box.remove();
      return copied;
    }
  }

  async function copyTable(table, button) {
    const rows = [...table.rows].map((row) => [...row.cells].map((one) => harmless(one.textContent.replace(/\s+/g, " ").trim())).join("\t"));
    const words = button.textContent;
    const copied = await copyText(rows.join("\n"));
    button.textContent = copied ? "Copied" : "The browser does not allow it";
    setTimeout(() => { button.textContent = words; }, 2000);
  }

  /** Let people sort a table by its headings, and copy it. */
  function equip(table) {
    if (table.tBodies[0].rows.length > 2) {
      [...table.tHead.rows[0].cells].forEach((head, column) => {
        head.setAttribute("aria-sort", "none");
        head.replaceChildren(make("button", { type: "button", on: { click: () => sortTable(table, column) } }, ...head.childNodes));
      });
    }
    const button = make("button", { type: "button", class: "copy", on: { click: () => copyTable(table, button) } }, "Copy table");
    table.after(make("p", { class: "take" }, button));
  }

  const charts = [];

  function shapeOf(series) {
    const horizon = series.m.length;
    const found = series.t ? facts.stamps.indexOf(series.t[0]) : -1;
    const start = found >= 0 ? found : facts.stamps.length - horizon;
    const values = facts.stamps.map(() => null);
    if (series.p) {
      const row = series.p.length === 1 && series.v.length > 1 ? series.v.map((_, at) => series.p[0] + at) : series.p;
      row.forEach((place, at) => { values[place] = series.v[at]; });
    } else series.v.forEach((value, at) => { values[at] = value; });
    const begun = values.findIndex(known);
    // The same period before: where it is not charted, the page brings it along.
    const ghost = series.g || series.m.map((_, at) => (facts.lag ? values[start + at - facts.lag] ?? null : null));
    return { stamps: facts.stamps, values, start, mean: series.m, quantiles: series.q, windows: series.b || [], ghost, first: Math.max(begun, series.p?.length === 1 ? series.p[0] : 0, 0) };
  }

  // ---- the items: searched and sorted in an index, unpacked some at a time -----------

  async function unpack(id) {
    const bytes = Uint8Array.from(atob(byId(id).textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  }

  const chunks = new Map();

  async function findSeries(rank) {
    const number = Math.floor(rank / facts.shown.per_chunk);
    if (!chunks.has(number)) chunks.set(number, unpack(`chunk-${number}`));
    return (await chunks.get(number))[rank % facts.shown.per_chunk];
  }

  class Items {
    constructor(index) {
      this.index = index;
      this.words = index.labels.map((label, rank) => `${label} ${index.words[rank] || ""}`.toLowerCase());
      this.places = new Map(index.labels.map((label, rank) => [label, rank]));
      this.table = document.querySelector(".item-table");
      this.body = this.table.tBodies[0];
      this.sort = "volume";
      this.falling = true;
      this.reason = -1;
      this.page = 0;
      this.asked = 0;
      this.selected = null;
      this.build();
    }

    build() {
      for (const head of this.table.tHead.rows[0].cells) {
        const name = head.dataset.sort;
        const button = make("button", { type: "button", on: { click: () => this.turn(name) } }, head.textContent);
        head.replaceChildren(button);
      }
      this.columns = [...this.table.tHead.rows[0].cells].map((head) => head.dataset.sort).filter((name) => name !== "name");
      this.search = make("input", { type: "search", id: "search", autocomplete: "off", spellcheck: "false", on: { input: () => this.filter() } });
      this.status = make("p", { class: "soft small", role: "status", "aria-live": "polite" });
      const reasons = facts.reasons.map((words, at) => [words, at]).filter(([words]) => facts.counts[words]);
      this.chips = reasons.map(([words, at]) => make("button", {
        type: "button", class: "chip", "aria-pressed": "false", on: { click: () => this.pick(at) }, "data-reason": at,
      }, `${words} ${facts.counts[words].toLocaleString("en")}`));
      byId("controls").append(
        make("label", { for: "search" }, `Search ${facts.nouns} (all words must be found${this.index.words.length ? ", in the name or the metadata" : ""})`, this.search),
        ...(this.chips.length ? [make("div", { class: "chips", role: "group", "aria-label": "Show only" }, ...this.chips)] : []),
        this.status);
      this.back = make("button", { type: "button", on: { click: () => this.leaf(-1) } }, "‹ Previous");
      this.next = make("button", { type: "button", on: { click: () => this.leaf(1) } }, "Next ›");
      this.where = make("span", { class: "soft small" });
      const saved = make("button", { type: "button", on: { click: () => this.saveCsv() } }, "Download this list");
      this.table.parentNode.after(
        make("div", { class: "pager" }, this.back, this.where, this.next), make("p", { class: "take" }, saved));
      this.view = byId("item-view");
      this.title = make("h3", { id: "item-title" });
      this.facts = make("p", { class: "soft small" });
      this.view.prepend(this.title, this.facts);
      this.tools = make("div", {});
      this.numbers = make("details", { id: "item-numbers", open: facts.horizon <= 24 }, make("summary", {}, "Show the numbers"), make("div", { class: "wide" }));
      this.level = make("select", { id: "level", on: { change: () => this.showLevel() } },
        ...facts.quantiles.map((name, at) => make("option", { value: at, selected: at === facts.quantiles.length - 1 }, `${levels[at]}%`)));
      this.advice = make("p", { class: "small" });
      const half = facts.quantiles.indexOf("p50");
      this.service = half < 0 ? null : make("div", { class: "service" },
        make("label", { for: "level" }, "Service level", this.level), this.advice);
      this.view.append(this.tools, ...(this.service ? [this.service] : []), this.numbers);
      this.body.addEventListener("keydown", (event) => this.move(event));
    }

    pick(reason) {
      this.reason = this.reason === reason ? -1 : reason;
      for (const chip of this.chips) chip.setAttribute("aria-pressed", String(Number(chip.dataset.reason) === this.reason));
      this.filter();
    }

    turn(name) {
      this.falling = this.sort === name ? !this.falling : name !== "name" && name !== "gain";
      this.sort = name;
      this.filter();
    }

    filter() {
      const wanted = this.search.value.toLowerCase().split(/[\s·,]+/).filter(Boolean);
      const found = [];
      this.words.forEach((words, rank) => {
        const odd = this.reason < 0 || (this.index.flags[rank] >> this.reason) & 1;
        if (odd && wanted.every((one) => words.includes(one))) found.push(rank);
      });
      const sign = this.falling ? -1 : 1;
      if (this.sort === "name") {
        found.sort((a, b) => sign * collator.compare(this.index.labels[a], this.index.labels[b]));
      } else {
        const keys = this.index[this.sort];
        const rank = (at) => (known(keys[at]) ? sign * keys[at] : Infinity);
        found.sort((a, b) => (rank(a) === rank(b) ? a - b : rank(a) - rank(b)));
      }
      for (const head of this.table.tHead.rows[0].cells) {
        head.setAttribute("aria-sort", head.dataset.sort !== this.sort ? "none" : this.falling ? "descending" : "ascending");
      }
      this.found = found;
      this.page = 0;
      this.status.textContent = found.length === this.words.length
        ? count(found.length) : `${found.length.toLocaleString("en")} of ${count(this.words.length)}`;
      this.render();
      return found.length ? this.select(found.includes(this.wanted) ? this.wanted : found[0]) : undefined;
    }

    leaf(by) {
      this.page += by;
      this.render();
    }

    spell(column, rank) {
      const value = this.index[column][rank];
      if (column === "forecast" || column === "volume") return spell(value);
      return column === "error" ? spellMetric(value) : spellChange(value);
    }

    render() {
      const pages = Math.max(1, Math.ceil(this.found.length / ROWS));
      const some = this.found.slice(this.page * ROWS, (this.page + 1) * ROWS);
      this.body.replaceChildren(...some.map((rank) => {
        const reasons = facts.reasons.filter((_, at) => (this.index.flags[rank] >> at) & 1);
        const label = this.index.labels[rank];
        const pick = () => {
          this.choose(rank);
          // On a phone the chart is below the list.
          if (narrow.matches) this.view.scrollIntoView();
        };
        return make("tr", { "data-rank": rank, on: { click: pick } },
          make("td", { class: "text" },
            make("button", { type: "button", title: label, tabindex: "-1" }, label || "(empty)"),
            reasons.length ? make("small", {}, reasons.join(" · ")) : null),
          ...this.columns.map((column) => make("td", {}, this.spell(column, rank))));
      }));
      if (!some.length) this.body.append(make("tr", {}, make("td", { class: "text", colspan: this.columns.length + 1 }, `No matching ${facts.nouns}.`)));
      this.back.disabled = this.page === 0;
      this.next.disabled = this.page >= pages - 1;
      this.where.textContent = `${(this.page + 1).toLocaleString("en")} of ${pages.toLocaleString("en")}`;
      this.mark();
    }

    /** One row can be reached by tab, the others from it by the arrow keys. */
    mark() {
      let reachable = null;
      for (const row of this.body.rows) {
        const chosen = row.dataset.rank === String(this.selected);
        if (chosen) row.setAttribute("aria-current", "true");
        else row.removeAttribute("aria-current");
        if (chosen) reachable = row;
      }
      for (const row of this.body.rows) row.querySelector("button")?.setAttribute("tabindex", row === (reachable || this.body.rows[0]) ? "0" : "-1");
    }

    move(event) {
      const buttons = [...this.body.querySelectorAll("button")];
      const at = buttons.indexOf(document.activeElement);
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
      if (to === undefined || !buttons[to]) return;
      event.preventDefault();
      buttons[at].setAttribute("tabindex", "-1");
      buttons[to].setAttribute("tabindex", "0");
      buttons[to].focus();
    }

    /** Select an item, and put it into the page's address. */
    choose(rank) {
      history.replaceState(null, "", `#item=${encodeURIComponent(this.index.labels[rank])}`);
      return this.select(rank);
    }

    /** Follow a link to an item. */
    async follow() {
      if (!location.hash.startsWith("#item=")) return;
      let label = "";
      try { label = decodeURIComponent(location.hash.slice(6)); } catch { return; }
      const rank = this.places.get(label);
      if (rank === undefined) return;
      if (!this.found.includes(rank)) {
        this.search.value = "";
        this.reason = -1;
        this.filter();
      }
      this.page = Math.floor(this.found.indexOf(rank) / ROWS);
      this.selected = rank;
      this.render();
      await this.select(rank);
      this.view.scrollIntoView({ block: narrow.matches ? "start" : "nearest" });
    }

    async select(rank) {
      this.selected = rank;
      this.asked += 1;
      const asked = this.asked;
      this.mark();
      const label = this.index.labels[rank];
      this.title.textContent = label || "(empty)";
      const words = [`forecast ${spell(this.index.forecast[rank])} in all`, `volume ${spell(this.index.volume[rank])}`, `change ${spellChange(this.index.change[rank])}`];
      if (known(this.index.error[rank])) {
        words.push(`${facts.metric} ${spellMetric(this.index.error[rank])}, ${spellChange(this.index.gain[rank])} gain over ${facts.baseline}`);
        if (known(this.index.bias[rank])) words.push(`bias ${spellChange(this.index.bias[rank])}`);
      }
      this.facts.textContent = words.join(" · ");
      if (rank >= facts.shown.charted) return this.showNone();
      const series = await findSeries(rank);
      if (asked !== this.asked) return undefined; // another was chosen meanwhile
      this.shape = shapeOf(series);
      this.chart = new Fan(byId("item-chart"), label, this.shape);
      charts[1] = this.chart;
      this.tools.replaceChildren(this.chart.buttons());
      this.view.querySelector(".item-figure").hidden = false;
      this.numbers.hidden = false;
      this.showNumbers();
      return this.showLevel();
    }

    showNumbers() {
      const { shape } = this;
      const ghost = shape.ghost.some(known);
      const heads = [facts.timestamp, "mean", ...facts.quantiles, ...(ghost ? [facts.before] : [])];
      const write = readable([...shape.mean, ...shape.quantiles.flat(), ...shape.ghost]);
      const rows = shape.mean.map((mean, at) => make("tr", {},
        make("td", { class: "text" }, shape.stamps[shape.start + at]),
        ...[mean, ...shape.quantiles.map((one) => one[at]), ...(ghost ? [shape.ghost[at]] : [])].map((value) => make("td", {}, write(value)))));
      this.numbers.querySelector(".wide").replaceChildren(make("table", {},
        make("caption", {}, "Forecast; forecast.csv has all digits"),
        make("thead", {}, make("tr", {}, ...heads.map((text, at) => make("th", { scope: "col", class: at ? null : "text" }, text)))),
        make("tbody", {}, ...rows)));
      this.numbers.querySelector(".take")?.remove();
      equip(this.numbers.querySelector("table"));
    }

    /** Say what to have for a service level: a quantile, how it held, the safety stock. */
    showLevel() {
      if (!this.service) return;
      const { shape } = this;
      const at = Number(this.level.value);
      const median = shape.quantiles[facts.quantiles.indexOf("p50")];
      const name = facts.quantiles[at];
      const safety = shape.quantiles[at].map((value, step) => value - median[step]);
      const write = readable([shape.quantiles[at][0], median[0]]);
      const held = facts.calibration[name];
      const parts = levels[at] > 50 ? `: the median of ${write(median[0])} and a safety stock of ${write(safety[0])}` : "";
      const sums = levels[at] > 50 && shape.mean.length > 1 ? ` For several ${facts.step}s at once, the sum of their ${name} is more than this level needs.` : "";
      this.advice.textContent = `To have enough in ${levels[at]}% of all ${facts.step}s, have ${name}. For ${shape.stamps[shape.start]} that is ${write(shape.quantiles[at][0])} ${facts.target}${parts}.${held ? ` On the backtest of ${facts.single ? "this series" : `all ${facts.nouns}`}, ${name} was enough ${held}, ${levels[at]}% is meant.` : ""}${sums}`;
      for (const row of this.numbers.querySelectorAll("tr")) {
        [...row.cells].forEach((one, place) => one.classList.toggle("chosen", place === at + 2));
      }
    }

    showNone() {
      this.numbers.hidden = true;
      charts.length = Math.min(charts.length, 1);
      this.tools.replaceChildren();
      if (this.service) this.advice.textContent = "";
      byId("item-chart").replaceChildren(make("p", { class: "soft" }, `This ${facts.noun} is not among the ${facts.shown.charted.toLocaleString("en")} of most volume, which are charted here to keep the file small; forecast.csv has its forecast.`));
    }

    saveCsv() {
      const heads = [facts.noun, ...this.columns.map((name) => (name === "error" ? facts.metric : name)), "look at"];
      const rows = this.found.map((rank) => [
        cell(this.index.labels[rank]), ...this.columns.map((name) => quote(this.index[name][rank])),
        quote(facts.reasons.filter((_, at) => (this.index.flags[rank] >> at) & 1).join("; "))]);
      save(`${fileName(`${facts.dataset} ${facts.nouns}`)}.csv`, new Blob([lines([heads, ...rows])], { type: "text/csv" }));
    }
  }

  // ---- all together ---------------------------------------------------------------------

  async function show() {
    root.classList.add("js");
    for (const table of document.querySelectorAll("main .wide > table:not(.item-table)")) equip(table);
    const place = byId("total-chart");
    if (place) {
      charts[0] = new Fan(place, facts.name, shapeOf(facts.total));
      place.parentNode.after(charts[0].buttons());
    }
    const items = new Items(await unpack("index"));
    await items.filter();
    await items.follow();
    addEventListener("hashchange", () => items.follow());
    let width = innerWidth;
    addEventListener("resize", () => {
      if (innerWidth === width) return;
      width = innerWidth;
      for (const chart of charts) chart?.draw();
    });
    return items;
  }

  window.reportPage = { facts, charts, ready: show() };
  window.reportPage.ready.catch((error) => {
    root.classList.remove("js");
    byId("warnings").append(make("p", { class: "warning-list" }, `The lists and charts of this page could not be made to move (${error}); what stands here is right.`));
    throw error;
  });
})();
