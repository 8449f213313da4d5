"use strict";
// The page of one report: everything shown is in the page itself, nothing is fetched.
(() => {
  const doc = JSON.parse(document.getElementById("document").textContent);
  const byId = (id) => document.getElementById(id);
  const PAGE_ROWS = 12;
  const NARROW = matchMedia("(max-width: 940px)");
  const OPEN_ROWS = 24; // a table of numbers that long is shown without being asked for
  const METRIC = doc.metric;
  const BASE = doc.baseline.words;
  const NOUN = doc.data.keys.length === 1 ? "item" : "series";
  const BEFORE = doc.baseline.repeats === "season" ? "a repeat of the last season" : "a repeat of the last value";
  const NOUNS = NOUN === "item" ? "items" : "series";

  // ---- words and numbers -------------------------------------------------------

  const known = (value) => value !== null && value !== undefined;

  function spell(value, digits = 3) {
    if (!known(value)) return "–";
    if (value === 0) return "0";
    const size = Math.abs(value);
    if (size >= 1e15 || size < 1e-6) return value.toExponential(2);
    const decimals = Math.min(Math.max(0, digits - 1 - Math.floor(Math.log10(size))), 8);
    return value.toLocaleString("en", {
      minimumFractionDigits: decimals, maximumFractionDigits: decimals,
    });
  }

  function spellPercent(value, signed = false) {
    if (!known(value)) return "–";
    const digits = Math.abs(value) >= 10 ? 0 : 1;
    const text = value.toLocaleString("en", { maximumFractionDigits: digits });
    if (/^-?0$/.test(text)) return "0 %";
    return `${signed && value > 0 ? "+" : ""}${text.replace("-", "−")} %`;
  }

  function spellSeconds(seconds) {
    if (!known(seconds)) return "unknown";
    if (seconds < 60) return `${Math.round(seconds)} s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
    return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
  }

  const count = (n, noun) =>
    `${n.toLocaleString("en")} ${n === 1 || noun.endsWith("s") ? noun : `${noun}s`}`;

  /** Say a frequency such as 2W as a person does: "month", "2 weeks". */
  function spellFrequency(n) {
    const [, number, unit] = doc.data.frequency.match(/(\d*)(\D+)/);
    const noun = { Y: "year", M: "month", W: "week", D: "day", H: "hour", min: "minute" }[unit] || unit;
    return number > 1 ? `${count(n, "step")} of ${number} ${noun}s` : count(n, noun);
  }

  const moment = (text) => Date.parse(`${text.replace(" ", "T")}${text.includes(" ") ? "" : "T00:00:00"}Z`);

  // ---- elements: names come from the data, and are only ever text -----------------

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "on") {
        for (const [event, handler] of Object.entries(value)) element.addEventListener(event, handler);
      } else if (value !== null && value !== undefined && value !== false) {
        element.setAttribute(name, value === true ? "" : value);
      }
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  }

  /** Add to a section what there is; null stands for nothing. */
  const fill = (id, ...children) => byId(id).append(...children.filter((child) => child));

  function table(caption, headings, rows, rowClass = () => null) {
    const head = make("tr", {}, ...headings.map((text) => make("th", { scope: "col" }, text)));
    const body = rows.map((cells, at) =>
      make("tr", { class: rowClass(at) },
        ...cells.map((cell, place) => make("td", { class: place === 0 ? "name" : null }, cell))));
    return make("div", { class: "wide", tabindex: "0", role: "region", "aria-label": caption },
      make("table", {}, make("caption", {}, caption), make("thead", {}, head), make("tbody", {}, ...body)));
  }

  const legend = (...entries) => make("ul", { class: "legend" }, ...entries.map(([text, color, kind]) => {
    const swatch = make("span", { class: `swatch ${kind || ""}`, "aria-hidden": "true" });
    swatch.style.borderColor = `var(--${color})`;
    if (kind === "band") swatch.style.background = `var(--${color})`;
    return make("li", {}, swatch, text);
  }));

  // ---- charts ---------------------------------------------------------------------

  const drawn = [];

  const paint = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  /** Draw into an element now, and anew whenever the colours change. */
  function chart(element, build) {
    const entry = { element, build, view: null, figure: null };
    drawn.push(entry);
    return redraw(entry).then(() => entry);
  }

  async function redraw(entry) {
    if (entry.view) {
      entry.view.model.document?.clear();
      entry.view.remove();
    }
    entry.element.replaceChildren();
    entry.figure = entry.build();
    entry.view = await Bokeh.Plotting.show(entry.figure, entry.element);
  }

  function figure(options) {
    const plot = Bokeh.Plotting.figure({
      height: 320, toolbar_inner: true, sizing_mode: "stretch_width", output_backend: "svg",
      tools: "xpan,xbox_zoom,reset,save", toolbar_location: "above",
      background_fill_color: paint("card"), border_fill_color: paint("card"),
      outline_line_color: null, min_border_right: 14, ...options,
    });
    plot.toolbar.logo = null;
    plot.toolbar.autohide = true;
    for (const axis of [...plot.xaxes, ...plot.yaxes]) {
      Object.assign(axis, {
        axis_line_color: paint("line"), major_tick_line_color: paint("line"),
        minor_tick_line_color: null, major_label_text_color: paint("soft"),
        axis_label_text_color: paint("soft"), axis_label_text_font_style: "normal",
        major_label_text_font_size: "12px", axis_label_text_font_size: "12px",
      });
    }
    for (const grid of plot.center.filter((model) => model.type === "Grid")) {
      grid.grid_line_color = paint("line");
      grid.grid_line_alpha = 0.7;
    }
    return plot;
  }

  function fewNumbers(plot) {
    for (const axis of plot.yaxes) axis.formatter = new Bokeh.NumeralTickFormatter({ format: "0.[00]a" });
  }

  /** History, bands of quantiles, and the mean: what a series or a total looks like. */
  function fan(shape, name) {
    const plot = figure({ x_axis_type: "datetime", name });
    fewNumbers(plot);
    plot.y_range.only_visible = true;
    const history = new Bokeh.ColumnDataSource({ name: `${name}-history`, data: shape.history });
    const forecast = new Bokeh.ColumnDataSource({ name: `${name}-forecast`, data: shape.forecast });
    const names = shape.quantiles;
    for (let at = 0; at < Math.floor(names.length / 2); at += 1) {
      plot.varea({
        x: { field: "x" }, y1: { field: names[at] }, y2: { field: names[names.length - 1 - at] },
        source: forecast, fill_color: paint("forecast"), fill_alpha: 0.2,
      });
    }
    const lines = { line_width: 2 };
    const past = plot.line({ x: { field: "x" }, y: { field: "y" }, source: history, line_color: paint("history"), ...lines });
    const single = shape.forecast.x.length === 1;
    const ahead = single
      ? plot.scatter({ x: { field: "x" }, y: { field: "mean" }, source: forecast, size: 9, fill_color: paint("forecast"), line_color: paint("forecast") })
      : plot.line({ x: { field: "x" }, y: { field: "mean" }, source: forecast, line_color: paint("forecast"), ...lines, line_width: 3 });
    if (single && names.length > 1) {
      plot.segment({
        x0: { field: "x" }, x1: { field: "x" }, y0: { field: names[0] }, y1: { field: names[names.length - 1] },
        source: forecast, line_color: paint("forecast"), line_width: 3, line_alpha: 0.5,
      });
    }
    const date = doc.data.frequency.match(/H|min/) ? "%F %H:%M" : "%F";
    const hover = (renderer, tooltips) => new Bokeh.HoverTool({
      renderers: [renderer], mode: "vline", formatters: { "@x": "datetime" },
      tooltips: [["", `@x{${date}}`], ...tooltips],
    });
    plot.add_tools(
      hover(past, [["actual", "@y{0,0.[000]}"]]),
      hover(ahead, [["mean", "@mean{0,0.[000]}"], ...names.map((n) => [n, `@${n}{0,0.[000]}`])]),
    );
    return plot;
  }

  const bandWords = (names) => names.length > 1
    ? `${names[0]} to ${names[names.length - 1]}` : null;

  const fanLegend = (names, what) => legend(
    ["what happened", "history"], [`forecast (${what})`, "forecast"],
    ...(bandWords(names) ? [[bandWords(names), "forecast", "band"]] : []),
  );

  function numbersTable(caption, shape, stamps) {
    const columns = ["mean", ...shape.quantiles];
    const exact = readable(columns.flatMap((name) => shape.forecast[name]));
    return table(caption, [doc.data.timestamp, ...columns],
      stamps.map((stamp, at) => [stamp, ...columns.map((name) => exact(shape.forecast[name][at]))]));
  }

  /** Show six digits of the largest number, and as many decimals of all. */
  function readable(values) {
    const largest = Math.max(...values.filter(Number.isFinite).map(Math.abs), 1e-6);
    const decimals = Math.min(Math.max(0, 5 - Math.floor(Math.log10(largest))), 8);
    const options = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    // The exact number is in the tool tip.
    return (value) => make("span", { title: String(value) },
      Number.isFinite(value) ? value.toLocaleString("en", options) : "–");
  }
  // Bokeh leaves a gap where a number is NaN.
  const gaps = (values) => values.map((value) => (known(value) ? value : NaN));

  // ---- parts of the page ------------------------------------------------------------

  function showHead() {
    const stamps = doc.stamps.forecast;
    const span = stamps.length > 1 ? `${stamps[0]} to ${stamps[stamps.length - 1]}` : stamps[0] || "nothing";
    byId("top").append(
      make("h1", {}, `Forecast of ${doc.dataset}${doc.engine.local ? " (local run)" : ""}`),
      make("p", { class: "soft" },
        `${doc.data.target}, ${span} (${spellFrequency(doc.data.horizon)}), for ${count(doc.data.series, NOUN)} · made ${doc.made_at.replace("T", " ").slice(0, 16)} UTC · run ${doc.run_id}`),
    );
    const marks = { better: "✓", worse: "!", even: "≈", unknown: "?", doubtful: "!" };
    byId("verdict").append(make("div", { class: `verdict ${doc.verdict.outcome}` },
      make("span", { class: "mark", "aria-hidden": "true" }, marks[doc.verdict.outcome]),
      make("span", {}, `${doc.verdict.sentence}.`)),
      ...doc.verdict.notes.map((note) => make("p", { class: "soft" }, `${note}.`)));
  }

  function showTiles() {
    const total = doc.total.forecast.mean.reduce((sum, value) => sum + value, 0);
    const before = doc.total.last_season_total;
    const tile = (value, words) => make("div", { class: "tile" }, make("b", {}, value), make("span", {}, words));
    const tiles = [
      tile(doc.data.series.toLocaleString("en"), `${doc.data.series === 1 ? NOUN : NOUNS}, ${spellFrequency(doc.data.steps)} of history to ${doc.data.last}`),
      tile(spell(total, 4), `${doc.data.target} in all over the horizon`),
    ];
    if (before > 0) tiles.push(tile(spellPercent(100 * (total / before - 1), true), `against ${BEFORE}`));
    const { winner, baseline, calibration } = doc.backtest;
    if (winner) {
      tiles.push(tile(`${spell(winner[METRIC])}`, `${METRIC} of the winner; ${BASE} has ${spell(baseline[METRIC])}`));
      const [low, high] = [calibration[0], calibration[calibration.length - 1]];
      if (calibration.length > 1) {
        tiles.push(tile(spellPercent(100 * (high.covered - low.covered)),
          `of backtest actuals between ${low.quantile} and ${high.quantile}; ${Math.round(100 * (high.level - low.level))} % is right`));
      }
    }
    byId("tiles").append(...tiles);
  }

  function showWarnings() {
    if (!doc.warnings.length) return;
    const section = byId("warnings");
    section.hidden = false;
    const grave = doc.warnings.some((found) => found.level !== "fixed");
    section.className = `warning-list ${grave ? "" : "repaired"}`;
    section.append(
      make("h2", { id: "warnings-title" }, grave
        ? `${count(doc.warnings.length, "warning")} about this forecast`
        : `${count(doc.warnings.length, "repair")} of this forecast`),
      make("ul", {}, ...doc.warnings.map((found) => make("li", {}, `${found.what}; ${found.remedy}`))));
  }

  async function showTotal() {
    const { history, forecast } = doc.total;
    const names = doc.data.quantiles;
    const shape = {
      quantiles: names,
      history: { x: history.timestamps.map(moment), y: gaps(history.values) },
      forecast: { x: forecast.timestamps.map(moment), mean: forecast.mean, ...forecast.quantile_sums },
    };
    const place = make("div", { class: "chart", role: "img", "aria-label": `Line chart of all ${NOUNS} together: history to ${doc.data.last}, then the forecast. The numbers are in the table below it.` });
    fill("total",
      make("h2", { id: "total-title" }, doc.data.series === 1 ? "History and forecast" : `All ${doc.data.series.toLocaleString("en")} ${NOUNS} together`),
      make("figure", {}, place, fanLegend(names, "sum of means")),
      doc.data.series > 1 && names.length > 1
        ? make("p", { class: "soft small" }, `The band adds up the ${NOUNS}' quantiles, as if all erred the same way at once: the true range of the total is narrower.`)
        : null,
      make("details", {}, make("summary", {}, "Show the numbers"), numbersTable("Forecast total", shape, forecast.timestamps)),
    );
    await chart(place, () => fan(shape, "total"));
  }

  // ---- the items: searched and sorted in an index, unpacked fifty at a time ----------

  async function unpack(id) {
    const bytes = Uint8Array.from(atob(byId(id).textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  }

  const chunks = new Map();

  async function findSeries(rank) {
    const number = Math.floor(rank / doc.shown.per_chunk);
    if (!chunks.has(number)) chunks.set(number, unpack(`chunk-${number}`));
    return (await chunks.get(number))[rank % doc.shown.per_chunk];
  }

  function shapeSeries(series) {
    const places = series.p.length === 1 && series.v.length > 1 ? series.v.map((_, at) => series.p[0] + at) : series.p;
    const x = doc.stamps.history.map(moment);
    const y = x.map(() => NaN);
    places.forEach((place, at) => { y[place] = series.v[at]; });
    const first = places.length ? places[0] : 0;
    const names = doc.data.quantiles;
    return {
      quantiles: names,
      history: { x: x.slice(first), y: y.slice(first) },
      forecast: {
        x: series.t.map(moment), mean: gaps(series.m),
        ...Object.fromEntries(names.map((name, at) => [name, gaps(series.q[at])])),
      },
    };
  }

  const SORTS = {
    volume: ["Volume, largest first", (index) => index.volume.map((v) => -v)],
    error: [`Error (${METRIC}), largest first`, (index) => index.error.map((v) => (known(v) ? -v : Infinity))],
    gain: [`Gain over ${BASE}, least first`, (index) => index.gain.map((v) => (known(v) ? v : Infinity))],
    growth: ["Change, most growth first", (index) => index.change.map((v) => (known(v) ? -v : Infinity))],
    decline: ["Change, most decline first", (index) => index.change.map((v) => (known(v) ? v : Infinity))],
    name: ["Name", null],
  };

  class Items {
    constructor(index) {
      this.index = index;
      this.lower = index.labels.map((label) => label.toLowerCase());
      this.page = 0;
      this.found = [];
      this.selected = null;
      this.asked = 0;
      this.entry = null;
    }

    build() {
      const sorts = Object.entries(SORTS).filter(([name]) => doc.backtest.winner || !["error", "gain"].includes(name));
      this.search = make("input", { type: "search", id: "search", autocomplete: "off", spellcheck: "false", on: { input: () => this.filter() } });
      this.sort = make("select", { id: "sort", on: { change: () => this.filter() } },
        ...sorts.map(([name, [words]]) => make("option", { value: name }, words)));
      this.status = make("p", { class: "soft small", role: "status", "aria-live": "polite" });
      this.body = make("tbody", {});
      const headings = [NOUN, "volume", "change", ...(doc.backtest.winner ? [METRIC, "gain"] : [])];
      const head = make("tr", {}, ...headings.map((text) => make("th", { scope: "col", class: text === "gain" ? "minor" : null }, text)));
      this.back = make("button", { type: "button", on: { click: () => this.turn(-1) } }, "‹ Previous");
      this.next = make("button", { type: "button", on: { click: () => this.turn(1) } }, "Next ›");
      this.where = make("span", { class: "soft small" });
      this.title = make("h3", { id: "item-title", "aria-live": "polite" });
      this.facts = make("p", { class: "soft small" });
      this.place = make("div", { class: "chart", id: "item-chart", role: "img" });
      this.numbers = make("details", { id: "item-numbers", open: doc.data.horizon <= OPEN_ROWS }, make("summary", {}, "Show the numbers"), make("div", {}));
      fill("items",
        make("h2", { id: "items-title" }, `Each ${NOUN}`),
        make("p", { class: "soft small hint" }, `Volume is that of the last ${Math.max(doc.data.season, doc.data.horizon)} steps; change compares the forecast with ${BEFORE}${doc.backtest.winner ? `; ${METRIC} and gain are the backtest's` : ""}.`),
        make("div", { class: "explorer" },
          make("div", { class: "item-list" },
            make("div", { class: "controls" },
              make("label", { for: "search" }, `Search ${NOUNS}`, this.search),
              make("label", { for: "sort" }, "Sort by", this.sort)),
            this.status,
            make("div", { class: "wide" }, make("table", { class: "item-table" }, make("thead", {}, head), this.body)),
            make("div", { class: "pager" }, this.back, this.where, this.next)),
          make("div", { class: "item-view" }, this.title, this.facts,
            make("figure", {}, this.place, fanLegend(doc.data.quantiles, "mean")), this.numbers)),
        this.leftOut(),
      );
    }

    leftOut() {
      const { charted, listed, series, history_steps: steps } = doc.shown;
      const words = [];
      if (charted < series) words.push(`To keep this file small, charts are in it for the ${count(charted, NOUN)} of most volume, of ${series.toLocaleString("en")} in all; forecast.csv has every one.`);
      if (listed < series) words.push(`The list holds the ${listed.toLocaleString("en")} of most volume; items.csv has all.`);
      if (steps < doc.data.steps) words.push(`Charts begin ${steps.toLocaleString("en")} steps before the end of the history, of ${doc.data.steps.toLocaleString("en")}.`);
      return words.length ? make("p", { class: "soft small", id: "left-out" }, words.join(" ")) : null;
    }

    filter() {
      const wanted = this.search.value.trim().toLowerCase();
      const found = [];
      this.lower.forEach((label, rank) => { if (label.includes(wanted)) found.push(rank); });
      const order = SORTS[this.sort.value][1];
      if (order) {
        const keys = order(this.index);
        found.sort((a, b) => keys[a] - keys[b] || a - b);
      } else {
        const compare = new Intl.Collator("en", { numeric: true }).compare;
        found.sort((a, b) => compare(this.index.labels[a], this.index.labels[b]));
      }
      this.found = found;
      this.page = 0;
      this.status.textContent = found.length === this.lower.length
        ? count(found.length, NOUN) : `${found.length.toLocaleString("en")} of ${count(this.lower.length, NOUN)}`;
      this.render();
      return found.length && this.select(found[0]);
    }

    turn(by) {
      this.page += by;
      this.render();
    }

    render() {
      const { index } = this;
      const pages = Math.max(1, Math.ceil(this.found.length / PAGE_ROWS));
      const some = this.found.slice(this.page * PAGE_ROWS, (this.page + 1) * PAGE_ROWS);
      this.body.replaceChildren(...some.map((rank) => {
        const change = index.change[rank];
        const gain = index.gain[rank];
        const pick = () => {
          this.select(rank);
          // On a phone the chart is below the list.
          if (NARROW.matches) this.title.scrollIntoView();
        };
        return make("tr", { "aria-current": rank === this.selected ? "true" : null, "data-rank": rank, on: { click: pick } },
          make("td", { class: "name" }, make("button", { type: "button", title: index.labels[rank] }, index.labels[rank] || "(empty)")),
          make("td", {}, spell(index.volume[rank], 4)),
          make("td", {}, spellPercent(change, true)),
          ...(doc.backtest.winner ? [
            make("td", {}, spell(index.error[rank])),
            make("td", { class: "minor" }, spellPercent(gain, true))] : []));
      }));
      this.back.disabled = this.page === 0;
      this.next.disabled = this.page >= pages - 1;
      this.where.textContent = `${(this.page + 1).toLocaleString("en")} of ${pages.toLocaleString("en")}`;
      if (!some.length) this.body.append(make("tr", {}, make("td", { class: "text", colspan: 5 }, `No ${NOUN} is called that.`)));
    }

    async select(rank) {
      this.selected = rank;
      this.asked += 1;
      const asked = this.asked;
      for (const row of this.body.rows) {
        if (row.dataset.rank === String(rank)) row.setAttribute("aria-current", "true");
        else row.removeAttribute("aria-current");
      }
      const label = this.index.labels[rank];
      this.title.textContent = label || "(empty)";
      const facts = [`volume ${spell(this.index.volume[rank], 4)}`, `change ${spellPercent(this.index.change[rank], true)}`];
      if (known(this.index.error[rank])) facts.push(`${METRIC} ${spell(this.index.error[rank])}, ${spellPercent(this.index.gain[rank], true)} gain over ${BASE}`);
      this.facts.textContent = facts.join(" · ");
      if (rank >= doc.shown.charted) return this.showNone();
      const series = await findSeries(rank);
      if (asked !== this.asked) return undefined; // another was chosen meanwhile
      const shape = shapeSeries(series);
      this.place.setAttribute("aria-label", `Line chart of ${label}: history, then the forecast. The numbers are in the table below it.`);
      this.numbers.hidden = false;
      this.numbers.lastChild.replaceChildren(numbersTable(`Forecast of ${label}`, shape, series.t));
      if (this.entry) {
        this.entry.build = () => fan(shape, "item");
        return redraw(this.entry);
      }
      this.entry = await chart(this.place, () => fan(shape, "item"));
      return undefined;
    }

    showNone() {
      this.numbers.hidden = true;
      if (this.entry) {
        this.entry.view.remove();
        drawn.splice(drawn.indexOf(this.entry), 1);
        this.entry = null;
      }
      this.place.setAttribute("aria-label", "No chart");
      this.place.replaceChildren(make("p", { class: "soft" }, `This ${NOUN} is not among the ${doc.shown.charted.toLocaleString("en")} that are charted here; its forecast is in forecast.csv.`));
    }
  }

  async function showItems() {
    const items = new Items(await unpack("index"));
    items.build();
    await items.filter();
    return items;
  }

  // ---- accuracy ------------------------------------------------------------------------

  function showLeaderboard() {
    const metrics = ["WQL", "WAPE", "MASE", "MAPE", "RMSE"].filter((name) => doc.leaderboard.some((entry) => known(entry.metrics[name])));
    metrics.sort((a, b) => (b === METRIC) - (a === METRIC));
    const baseline = doc.backtest.comparable ? " (baseline)" : " (baseline, on the last horizon)";
    const badge = { winner: " (winner)", baseline, candidate: "" };
    const rows = doc.leaderboard.map((entry) => [
      entry.name + badge[entry.kind] + (entry.status === "Completed" ? "" : ` – ${entry.status}`),
      ...metrics.map((name) => spell(entry.metrics[name])), spellPercent(entry.improvement_percent, true)]);
    fill("leaderboard",
      make("h2", { id: "leaderboard-title" }, "Leaderboard"),
      table("Errors on the backtest: least is best", ["candidate", ...metrics, `gain over ${BASE}`], rows, (at) => doc.leaderboard[at].kind),
      doc.backtest.comparable ? null : make("p", {}, `Not comparable with ${BASE}: ${doc.backtest.reason}.`));
  }

  function spellBias(bias) {
    if (!known(bias)) return "";
    if (Math.abs(bias) < 1) return " In all, the means were neither too high nor too low.";
    return ` In all, the means were ${spellPercent(Math.abs(bias))} too ${bias > 0 ? "high" : "low"}.`;
  }

  async function showAccuracy() {
    const { by_step: steps, calibration } = doc.backtest;
    if (!doc.backtest.winner) return;
    const stepPlace = make("div", { class: "chart", role: "img", "aria-label": `Line chart: ${METRIC} by step of the horizon. The numbers are in the table below it.` });
    const levelPlace = make("div", { class: "chart", role: "img", "aria-label": "Chart: how often actual values were not above each quantile. The numbers are in the table below it." });
    byId("accuracy").append(
      make("div", { class: "card" }, make("h2", {}, "Accuracy by horizon step"),
        make("p", { class: "soft small" }, `${METRIC} on the backtest; lower is better.`),
        make("figure", {}, stepPlace, legend(["winner", "forecast"], [BASE, "naive", "dashed"])),
        make("details", {}, make("summary", {}, "Show the numbers"),
          table(`${METRIC} by step`, ["step", "winner", BASE, "points"],
            steps.map((s) => [String(s.step), spell(s.winner[METRIC]), spell(s.baseline[METRIC]), s.points.toLocaleString("en")])))),
      make("div", { class: "card" }, make("h2", {}, "Are the quantiles honest?"),
        make("p", { class: "soft small" }, `Share of actual values that were not above each quantile; on the line is right.${spellBias(doc.backtest.bias_percent)}`),
        make("figure", {}, levelPlace, legend(["backtest", "forecast"], ["perfect", "naive", "dashed"])),
        make("details", {}, make("summary", {}, "Show the numbers"),
          table("Calibration of the quantiles", ["quantile", "in words"],
            calibration.map((c) => [c.quantile, c.words])))));
    await chart(stepPlace, () => {
      const plot = figure({
        height: 260, name: "steps", x_axis_label: "step", y_range: new Bokeh.DataRange1d({ start: 0 }),
      });
      plot.xaxes[0].ticker = new Bokeh.BasicTicker({ desired_num_ticks: Math.min(steps.length, 12), min_interval: 1, num_minor_ticks: 0 });
      const x = steps.map((s) => s.step);
      for (const [who, color, dash] of [["baseline", "naive", "dashed"], ["winner", "forecast", "solid"]]) {
        const y = gaps(steps.map((s) => s[who][METRIC]));
        plot.line({ x, y, line_color: paint(color), line_width: 2.5, line_dash: dash });
        plot.scatter({ x, y, size: 6, fill_color: paint(color), line_color: paint(color) });
      }
      return plot;
    });
    await chart(levelPlace, () => {
      const plot = figure({
        height: 260, name: "calibration", x_axis_label: "quantile's level", y_axis_label: "share of actuals",
        x_range: new Bokeh.Range1d({ start: 0, end: 1 }), y_range: new Bokeh.Range1d({ start: 0, end: 1.04 }),
      });
      plot.line({ x: [0, 1], y: [0, 1], line_color: paint("naive"), line_dash: "dashed", line_width: 2 });
      const x = calibration.map((c) => c.level);
      const y = calibration.map((c) => c.covered);
      plot.line({ x, y, line_color: paint("forecast"), line_width: 2.5 });
      plot.scatter({ x, y, size: 9, fill_color: paint("forecast"), line_color: paint("card") });
      return plot;
    });
  }

  function showEarlier() {
    const { scored, reason } = doc.earlier_forecasts;
    const section = byId("earlier");
    section.append(make("h2", { id: "earlier-title" }, "Did the last forecast come true?"));
    if (!scored.length) {
      section.append(make("p", {}, `Not known yet: ${reason}.`));
      return;
    }
    const [last] = scored;
    section.append(
      make("p", {}, `${last.sentence}.`),
      table(`Earlier forecasts of this dataset, scored on what then happened`,
        ["run", "scored days", NOUNS, "points", "WAPE", "MASE", "WQL", "WQL of naive"],
        scored.map((s) => [s.run_id, `${s.scored_first} to ${s.scored_last}`, s.series.toLocaleString("en"), s.points.toLocaleString("en"),
          spell(s.metrics.WAPE), spell(s.metrics.MASE), spell(s.metrics.WQL), spell(s.baseline.WQL)])),
      make("div", { class: "columns" },
        table(`Where ${last.run_id} erred most`, [NOUN, "actual", "forecast", "WAPE"],
          last.worst.map((w) => [w.key.join(" · "), spell(w.actual, 4), spell(w.forecast, 4), spell(w.WAPE)])),
        table(`Coverage of its quantiles`, ["quantile", "should be", "was"],
          last.calibration.map((c) => [c.quantile, spellPercent(100 * c.level), spellPercent(100 * c.covered)]))));
  }

  function showData() {
    const section = byId("data");
    const { data } = doc;
    section.append(make("h2", { id: "data-title" }, "The data"),
      make("p", {}, `${count(data.rows, "row")} of ${count(data.series, NOUN)}, ${data.first} to ${data.last}: ${spellFrequency(data.steps)}${data.season > 1 ? `, with a season of ${data.season}` : ""}.`));
    if (!doc.findings.length) section.append(make("p", { class: "soft" }, "Nothing was found wrong with the upload."));
    for (const found of doc.findings) {
      section.append(make("p", {}, make("span", { class: `badge ${found.level}` }, found.level === "fixed" ? "repaired" : found.level), ` ${found.what}; ${found.remedy}`));
      const places = found.examples || [];
      if (places.length) {
        section.append(make("details", {}, make("summary", {}, "Where"),
          table(`Examples of ${found.code}`, ["file", "row", "column", "value"],
            places.map((one) => [one.file, one.row, one.column, one.value].map((part) => (known(part) ? String(part) : "–"))))));
      }
    }
    if (doc.inferred.length) {
      section.append(make("details", {}, make("summary", {}, `${count(doc.inferred.length, "setting")} inferred from the data`),
        table("What was inferred, and why", ["setting", "value", "evidence"],
          doc.inferred.map((one) => [one.key, typeof one.value === "string" ? one.value : JSON.stringify(one.value), one.evidence]))));
    }
  }

  function showRun() {
    const section = byId("run");
    section.append(make("h2", { id: "run-title" }, "What the run took"));
    if (doc.took) {
      const { stages, cost } = doc.took;
      const range = (part) => (part.most < 0.01 ? "under $0.01" : part.least === part.most
        ? `$${part.least.toFixed(2)}` : `$${part.least.toFixed(2)} to $${part.most.toFixed(2)}`);
      const money = cost.parts.map((part) => [part.what, range(part)]);
      section.append(make("div", { class: "columns" },
        table("Time of each stage", ["stage", "time"], stages.map((stage) => [stage.words, spellSeconds(stage.seconds)])),
        table("Estimated cost on AWS", ["part", "US dollars"], [...money, ["in all", range(cost)]])),
      make("p", { class: "soft small" }, `${cost.local ? "This run was made by the local AWS, and cost nothing. " : ""}${cost.basis}`));
    }
    section.append(make("details", {}, make("summary", {}, "The settings as resolved"),
      make("pre", { tabindex: "0" }, JSON.stringify(doc.settings, null, 2))));
  }

  function showNotes() {
    const items = Object.entries(doc.definitions).flatMap(([name, words]) => [make("dt", {}, name), make("dd", {}, words)]);
    const windows = doc.backtest.windows.map((w) => w.last_known).join(", ");
    fill("notes",
      windows ? make("p", {}, `Backtest: the windows of ${doc.engine.name}, which its choice of candidates rests on too; forecasts made with what was known at ${windows}. The simple forecasts are scored on the very same points.`) : null,
      make("details", {}, make("summary", {}, "How the figures are defined"), make("dl", {}, ...items)));
  }

  // ---- all together ---------------------------------------------------------------------

  const redrawAll = () => Promise.all(drawn.map(redraw));

  async function show() {
    showHead();
    showTiles();
    showWarnings();
    showLeaderboard();
    showEarlier();
    showData();
    showRun();
    showNotes();
    await showTotal();
    const items = await showItems();
    await showAccuracy();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawAll);
    matchMedia("print").addEventListener("change", redrawAll);
    return items;
  }

  window.reportPage = { doc, ready: show() };
  window.reportPage.ready.catch((error) => {
    byId("warnings").hidden = false;
    byId("warnings").className = "warning-list";
    byId("warnings").append(`This page could not be drawn (${error}); the figures are in report.json and forecast.csv.`);
    throw error;
  });
})();
