// A table whose rows come from the kernel, a page at a time.

const KEYS = { PageDown: 1, PageUp: -1, ArrowRight: 1, ArrowLeft: -1 };
const HINTS = { text: "contains", boolean: "= true", number: "> 5, 5..9", date: ">= 2024-01-31", time: ">= 2024-01-31" };
const PATIENT = 400; // Milliseconds that an answer may take before the next question is asked all the same.
const SOON = 300; // Milliseconds before it is said that something lasts.

function render({ model, el }) {
  const columns = model.get("columns");
  const kinds = Object.fromEntries(columns.map((c) => [c.name, c.kind]));
  const state = { page: 1, page_size: 20, sort: [], filters: {}, text: "", shown: [], ...model.get("state") };
  let asked = 0, since = 0, waiting = false, again = false, total = null, seen = null, active = 0, opened = null, good = null, counted = null;
  let timer, later, slow;

  // What is asked: one question at a time, and then the newest; what lasts is given up for it.
  function ask() {
    clearTimeout(later);
    const lasted = performance.now() - since;
    if (waiting && lasted < PATIENT) { again = true; later = setTimeout(ask, PATIENT - lasted); return; }
    since = performance.now();
    begin();
    again = false;
    model.send({ kind: "page", number: ++asked, state });
  }
  function begin(said = "Working …") {
    waiting = true;
    el.setAttribute("aria-busy", "true");
    clearTimeout(slow);
    slow = setTimeout(() => { stop.hidden = false; status.textContent = said; }, SOON);
  }
  function change(what) { Object.assign(state, { page: 1 }, what); total = "page" in what ? total : null; ask(); }
  const pages = () => (total === null ? null : Math.max(1, Math.ceil(total / state.page_size)));
  function turn(page) {
    const last = pages();
    const wanted = Math.max(1, last ? Math.min(page, last) : page);
    if (wanted === state.page || (last === null && wanted > state.page && !seen?.more)) return;
    active = 0;
    change({ page: wanted });
  }
  const soon = (what) => { clearTimeout(timer); timer = setTimeout(() => change(what()), 250); };

  // Above the table.
  const search = make("input", {
    type: "search", placeholder: "Search all columns", "aria-label": "Search all columns", value: state.text,
    oninput: () => soon(() => ({ text: search.value })),
  });
  const filtering = make("button", { type: "button", class: "hs-filters", "aria-expanded": "false", onclick: () => {
    const open = filtering.getAttribute("aria-expanded") !== "true";
    filtering.setAttribute("aria-expanded", open);
    filters.hidden = !open;
    if (open) filters.querySelector("input")?.focus();
  } }, "Filters");
  const choices = columns.map((c) => {
    const box = make("input", { type: "checkbox", onchange: () => {
      const on = choices.filter((b) => b.checked).map((b) => b.name);
      if (!on.length) { box.checked = true; return; }
      change({ shown: on.length === columns.length ? [] : on, page: state.page });
    } });
    box.name = c.name;
    box.checked = !state.shown.length || state.shown.includes(c.name);
    return box;
  });
  const chooser = make("details", { class: "hs-choose", onkeydown: (e) => {
    if (e.key === "Escape") { chooser.open = false; chooser.querySelector("summary").focus(); e.stopPropagation(); }
  } }, make("summary", { class: "hs-button" }, "Columns"),
    make("div", { role: "group", "aria-label": "Columns to show" }, ...choices.map((box) => make("label", {}, box, box.name))));
  const file = (format) => make("button", { type: "button", "data-file": format, title: `Download all rows as ${format === "csv" ? "CSV" : "Parquet"}`, onclick: () => {
    begin(`Writing ${format} …`);
    model.send({ kind: "file", format, state });
  } }, format === "csv" ? "CSV" : "Parquet");
  const copy = make("button", { type: "button", "data-file": "copy", onclick: async () => {
    const rows = [seen.columns, ...seen.rows.map((r) => r.map((v) => v ?? ""))];
    await navigator.clipboard.writeText(rows.map((r) => r.join("\t")).join("\n"));
    status.textContent = `${number(seen.rows.length)} rows copied`;
  } }, "Copy page");

  // The table.
  const heads = make("tr", {}), filters = make("tr", { hidden: !Object.values(state.filters).some(Boolean) });
  const body = make("tbody", {}), empty = make("div", { class: "hs-empty", hidden: true });
  const rows = make("div", { class: "hs-rows", tabindex: "0", role: "region", "aria-label": model.get("label"), onkeydown: keys },
    make("table", {}, make("caption", {}, model.get("label")), make("thead", {}, heads, filters), body), empty);
  const problem = make("div", { class: "hs-wrong hs-problem", role: "alert" });
  const life = make("div", { class: "hs-life" });
  const detail = make("div", { class: "hs-detail", role: "region", "aria-label": "All of one row", tabindex: "-1", hidden: true,
    onkeydown: (e) => { if (e.key === "Escape") { close(); e.stopPropagation(); } } });

  // Below it.
  const go = (label, text, to) => make("button", { type: "button", "aria-label": label, onclick: () => turn(to()) }, text);
  const first = go("First page", "«", () => 1), before = go("Previous page", "‹", () => state.page - 1);
  const after = go("Next page", "›", () => state.page + 1), last = go("Last page", "»", () => pages() ?? state.page);
  const here = make("input", { type: "number", min: "1", "aria-label": "Page", onchange: jump,
    onkeydown: (e) => { if (e.key === "Enter") jump(); } });
  function jump() { turn(Math.trunc(Number(here.value)) || 1); here.value = state.page; }
  const of = make("span", {});
  const size = make("select", { "aria-label": "Rows a page", onchange: () => change({ page_size: Number(size.value) }) },
    ...[...new Set([...model.get("page_sizes"), state.page_size])].sort((a, b) => a - b)
      .map((n) => make("option", { value: n, selected: n === state.page_size }, `${n} rows`)));
  const status = make("span", { class: "hs-note", role: "status", "aria-live": "polite" });
  const stop = make("button", { type: "button", hidden: true, onclick: () => model.send({ kind: "stop" }) }, "Stop");

  el.classList.add("hs-widget", "hs-grid");
  el.dataset.lmSuppressShortcuts = "true"; // JupyterLab leaves the keyboard to the grid
  el.replaceChildren(
    make("div", { class: "hs-bar hs-head", role: "toolbar", "aria-label": "Rows and columns" },
      make("strong", {}, model.get("label")), search, filtering, make("span", { class: "hs-space" }), chooser, file("csv"), file("parquet"), copy),
    problem, rows,
    make("div", { class: "hs-bar", role: "toolbar", "aria-label": "Pages" }, first, before, here, of, after, last, size, status, stop), detail);

  function keys(e) {
    if (e.target.tagName === "INPUT") { if (e.key.startsWith("Arrow")) e.stopPropagation(); return; }
    const lines = [...body.children];
    let used = true;
    if (e.key in KEYS) turn(state.page + KEYS[e.key]);
    else if (e.key === "Home") turn(1);
    else if (e.key === "End") turn(pages() ?? state.page);
    else if (e.key === "ArrowDown" || e.key === "ArrowUp") mark(Math.min(Math.max(active + (e.key === "ArrowDown" ? 1 : -1), 0), lines.length - 1), true);
    else if (e.key === "Enter" && e.target.tagName === "TR") open(active);
    else used = false;
    if (used) { e.preventDefault(); e.stopPropagation(); }
  }
  function mark(row, focus) {
    active = row;
    [...body.children].forEach((line, i) => { line.tabIndex = i === row ? 0 : -1; });
    if (focus) body.children[row]?.focus();
  }
  function open(row) { opened = row; model.send({ kind: "detail", row, state }); }
  function close() { detail.hidden = true; [...body.children].forEach((r) => r.removeAttribute("aria-current")); if (opened !== null) mark(Math.min(opened, body.children.length - 1), true); opened = null; }

  function sorted(name, more) {
    const now = state.sort.find(([n]) => n === name), others = more ? state.sort.filter(([n]) => n !== name) : [];
    change({ sort: !now ? [...others, [name, false]] : now[1] ? others : [...others, [name, true]] });
  }
  function drawHeads(names) {
    if (heads.dataset.names === JSON.stringify([names, state.sort])) return;
    heads.dataset.names = JSON.stringify([names, state.sort]);
    const focused = heads.contains(document.activeElement) ? document.activeElement.dataset.column : null;
    heads.replaceChildren(...names.map((name) => {
      const place = state.sort.findIndex(([n]) => n === name), down = place >= 0 && state.sort[place][1];
      const arrow = place < 0 ? "" : (down ? " ▼" : " ▲") + (state.sort.length > 1 ? place + 1 : "");
      return make("th", { scope: "col", class: kinds[name] === "number" && "hs-right", "aria-sort": place < 0 ? "none" : down ? "descending" : "ascending" },
        make("button", { type: "button", "data-column": name, title: "Sort; with Shift by this too", onclick: (e) => sorted(name, e.shiftKey) }, name + arrow));
    }));
    if (focused) heads.querySelector(`[data-column="${CSS.escape(focused)}"]`)?.focus();
    if (filters.dataset.names === JSON.stringify(names)) return;
    filters.dataset.names = JSON.stringify(names);
    filters.replaceChildren(...names.map((name) => {
      const input = make("input", { type: "text", "aria-label": `Filter ${name}`, placeholder: HINTS[kinds[name]],
        oninput: () => soon(() => ({ filters: { ...state.filters, [name]: input.value } })) });
      input.value = state.filters[name] ?? "";
      return make("th", {}, input);
    }));
  }
  function draw(message) {
    seen = message;
    if (opened !== null) { opened = null; detail.hidden = true; }
    drawHeads(message.columns);
    const right = message.columns.map((name) => kinds[name] === "number");
    const focused = body.contains(document.activeElement);
    body.replaceChildren(...message.rows.map((row, i) => {
      const line = make("tr", { tabindex: "-1", onclick: () => { mark(i, true); open(i); } });
      row.forEach((value, j) => {
        const cell = make("td", { class: [right[j] && "hs-right", value === null && "hs-null"].filter(Boolean).join(" ") || null });
        cell.textContent = value === null ? "–" : value;
        if (value !== null && value.length > 40) cell.title = value;
        line.append(cell);
      });
      return line;
    }));
    empty.hidden = message.rows.length > 0;
    empty.textContent = state.text.trim() || Object.values(state.filters).some((f) => f.trim()) ? "No row fits what is looked for." : "There are no rows.";
    mark(0, focused);
    say();
  }
  function say() {
    const from = (state.page - 1) * state.page_size + 1, to = from + (seen?.rows.length ?? 0) - 1, last_page = pages();
    el.dataset.page = state.page;
    el.dataset.total = total ?? "";
    here.value = state.page;
    of.textContent = last_page === null ? "" : `of ${number(last_page)}`;
    first.disabled = before.disabled = state.page <= 1;
    after.disabled = !seen?.more;
    last.disabled = last_page === null || state.page >= last_page;
    const range = to < from ? "no rows" : `rows ${number(from)} to ${number(to)}`;
    status.textContent = total === null ? `${range} of …` : total === 0 ? "no rows" : to < from ? `no rows of ${number(total)}` : `${range} of ${number(total)}`;
  }
  function drawDetail({ row, fields, patient }) {
    [...body.children].forEach((line, i) => { if (i === row) line.setAttribute("aria-current", "true"); else line.removeAttribute("aria-current"); });
    const list = make("dl", {});
    for (const [name, value] of fields) {
      const what = make("dd", { class: value === null && "hs-null" });
      what.textContent = value === null ? "–" : value;
      list.append(make("dt", {}, name), what);
    }
    detail.replaceChildren(make("div", { class: "hs-bar" }, make("strong", {}, `Row ${number((state.page - 1) * state.page_size + row + 1)}`),
      make("span", { class: "hs-space" }),
      patient == null ? "" : make("button", { type: "button", "data-patient": patient, onclick: () => { life.textContent = "Looking …"; model.send({ kind: "life", patient }); } }, `Timeline of patient ${patient}`),
      make("button", { type: "button", onclick: close }, "Close")), life, list);
    life.replaceChildren();
    detail.hidden = false;
    detail.focus();
  }
  function done() {
    waiting = false;
    clearTimeout(slow);
    stop.hidden = true;
    el.setAttribute("aria-busy", "false");
    if (again) ask();
  }
  // Back to what was chosen when rows were last seen.
  function back() {
    if (good === null) return;
    Object.assign(state, structuredClone(good));
    search.value = state.text;
    size.value = state.page_size;
    choices.forEach((box) => { box.checked = !state.shown.length || state.shown.includes(box.name); });
    delete filters.dataset.names;
    drawHeads(seen.columns);
  }
  const hear = {
    rows: (m) => {
      if (m.asked !== asked) return;
      problem.textContent = "";
      if (!again) { good = structuredClone(state); draw(m); }
      done();
    },
    total: (m) => { if (m.asked === asked) { total = counted = m.total; say(); } },
    ready: (m) => { el.dataset.ready = m.asked; },
    problem: (m) => { if (m.asked && m.asked !== asked) return; problem.textContent = m.text; total = counted; done(); if (seen) say(); },
    stopped: () => { again = false; asked += 1; total = counted; back(); done(); if (seen) say(); status.textContent += " (stopped)"; },
    detail: drawDetail,
    // Our own HTML, made in the kernel, in which everything that comes from data is escaped.
    life: (m) => { life.innerHTML = m.html; },
    said: (m) => { done(); status.textContent = m.text; },
    file: (m, buffers) => {
      const url = URL.createObjectURL(new Blob(buffers));
      make("a", { href: url, download: m.name }).click();
      setTimeout(() => URL.revokeObjectURL(url), 10000);
      done();
      status.textContent = `${m.name} downloaded`;
    },
  };
  const heard = (message, buffers) => hear[message.kind]?.(message, buffers);
  model.on("msg:custom", heard);
  ask();
  return () => { model.off("msg:custom", heard); [timer, later, slow].forEach(clearTimeout); };
}

export default { render };
