// The browser of a workspace: scenarios, history, rules.

const SOON = 200;

function render({ model, el }) {
  let state = { tab: 0, search: "", tag: "", entries: {}, rules: {} }, timer, uses = true;
  const send = (message) => model.send(message);
  const keep = (what) => { Object.assign(state, what); send({ kind: "keep", state }); };
  const later = (act) => { clearTimeout(timer); timer = setTimeout(act, SOON); };

  // A list whose rows open: columns [{name, right}], row → {key, cells, open()}.
  function listing(label, columns) {
    const body = make("tbody", {}), opened = new Set();
    const table = make("table", { class: "hs-list" }, make("caption", {}, label), make("thead", {}, make("tr", {}, ...columns.map((c) => make("th", { scope: "col", class: c.right && "hs-right" }, c.name)))), body);
    function put(rows) {
      const focused = body.contains(document.activeElement) ? document.activeElement.dataset.key : null;
      body.replaceChildren(...rows.flatMap((row) => {
        const inside = make("td", { colspan: columns.length });
        const below = make("tr", { class: "hs-below", hidden: true }, inside);
        const name = make("button", { type: "button", class: "hs-open", "data-key": row.key, "aria-expanded": "false", onclick: () => toggle(below.hidden) }, row.name);
        function toggle(on) {
          below.hidden = !on;
          name.setAttribute("aria-expanded", on);
          if (on) { opened.add(row.key); inside.replaceChildren(row.open()); } else opened.delete(row.key);
        }
        const line = make("tr", { "data-key": row.key, class: row.class }, make("th", { scope: "row" }, name, row.about && make("div", { class: "hs-note" }, row.about)),
          ...row.cells.map((cell, i) => make("td", { class: columns[i + 1].right && "hs-right" }, cell ?? "")));
        if (opened.has(row.key)) toggle(true);
        return [line, below];
      }));
      if (focused) body.querySelector(`button[data-key="${CSS.escape(focused)}"]`)?.focus();
    }
    return { element: make("div", { class: "hs-wide", tabindex: "0", role: "region", "aria-label": label }, table), put };
  }
  const select = (label, options, onchange) => make("select", { "aria-label": label, onchange: (e) => onchange(e.target.value) }, ...options.map(([value, name]) => make("option", { value }, name)));
  const searching = (label, oninput) => make("input", { type: "search", placeholder: label, "aria-label": label, oninput: (e) => oninput(e.target.value) });
  const chip = (text) => make("span", { class: "hs-chip" }, text);

  // Scenarios.
  const find = searching("Search scenarios", (value) => later(() => { keep({ search: value }); send({ kind: "scenarios", ...state }); }));
  const tag = select("Tag", [["", "any tag"]], (value) => { keep({ tag: value }); send({ kind: "scenarios", ...state }); });
  const found = make("span", { class: "hs-note", role: "status" });
  const scenarios = listing("Scenarios", [{ name: "name" }, { name: "patients", right: true }, { name: "rows", right: true }, { name: "" }, { name: "made" }, { name: "tags" }, { name: "" }]);
  const cards = {};
  function openScenario(row) {
    const card = make("div", { class: "hs-card" }, make("div", { class: "hs-note" }, "Looking …"));
    cards[row.name] = card;
    const act = make("div", { class: "hs-bar" });
    const buttons = () => act.replaceChildren(
      ...row.tags.map((t) => make("button", { type: "button", class: "hs-chosen", "aria-label": `Take off the tag ${t}`, onclick: () => send({ kind: "change", what: "untag", name: row.name, value: t }) }, t, make("span", { "aria-hidden": "true" }, " ×"))),
      asked("Add a tag", "", "Tag", (value) => send({ kind: "change", what: "tag", name: row.name, value })),
      asked("Rename", row.name, "Rename", (value) => send({ kind: "change", what: "rename", name: row.name, value })),
      make("button", { type: "button", class: "hs-danger", onclick: () => sure() }, "Delete …"));
    function asked(label, value, done, act_) {
      const input = make("input", { type: "text", value, "aria-label": `${label}: ${row.name}`, size: 16, onkeydown: (e) => { if (e.key === "Enter" && input.value.trim()) { act_(input.value.trim()); e.stopPropagation(); } } });
      const open = make("button", { type: "button", onclick: () => { open.replaceWith(input, ok); input.focus(); input.select(); } }, `${label} …`);
      const ok = make("button", { type: "button", onclick: () => input.value.trim() && act_(input.value.trim()) }, done);
      return open;
    }
    function sure() {
      const no = make("button", { type: "button", onclick: () => { buttons(); act.querySelector(".hs-danger").focus(); } }, "Keep it");
      act.replaceChildren(make("span", { role: "alert" }, `Delete ${row.name} (${number(row.patients)} patients, ${number(row.rows)} rows) for ever?`),
        make("button", { type: "button", class: "hs-danger", onclick: () => send({ kind: "delete", name: row.name, confirm: true }) }, "Delete for ever"), no);
      no.focus();
    }
    buttons();
    send({ kind: "open", name: row.name });
    return make("div", {}, act, card);
  }
  function drawScenarios(m) {
    el.dataset.found = m.found;
    found.textContent = m.found === m.of ? `${number(m.of)} scenario${m.of === 1 ? "" : "s"}` : `${number(m.found)} of ${number(m.of)}`;
    tag.replaceChildren(...["", ...m.tags].map((t) => make("option", { value: t, selected: t === state.tag }, t || "any tag")));
    scenarios.put(m.rows.map((row) => {
      const long = make("div", {});
      long.style.width = `${Math.max(1, (100 * row.rows) / (m.most || 1))}%`;
      const used = row.name === m.used;
      return {
        key: row.name, name: row.name, about: row.about, open: () => openScenario(row), class: used && "hs-used",
        cells: [number(row.patients), number(row.rows), make("div", { class: "hs-long", "aria-hidden": "true" }, long), row.made, make("div", {}, ...row.tags.map(chip)),
          used ? make("span", { class: "hs-chip hs-now" }, "in use") : make("button", { type: "button", "aria-label": `Use ${row.name}`, onclick: () => send({ kind: "use", name: row.name }) }, "Use")],
      };
    }));
  }

  // History.
  let entries = [], runs = [];
  const filter = (key, what) => { keep({ [key]: { ...state[key], ...what } }); (key === "entries" ? drawHistory : drawRules)(); };
  const findEntry = searching("Search the history", (value) => later(() => filter("entries", { search: value })));
  const kind = select("What was done", [["", "anything"]], (value) => filter("entries", { kind: value }));
  const counted = make("span", { class: "hs-note", role: "status" });
  const history = listing("What was done here, newest first", [{ name: "what" }, { name: "scenario" }, { name: "when" }, { name: "status" }, { name: "rows", right: true }, { name: "took", right: true }, { name: "by" }]);
  const ran = listing("Runs that made the rows", [{ name: "run" }, { name: "what" }, { name: "scenario" }, { name: "status" }, { name: "rows", right: true }, { name: "began" }]);
  function drawHistory() {
    const { search = "", kind: only = "" } = state.entries ?? {}, word = search.toLowerCase();
    const kinds = [...new Set(entries.map((e) => e.kind))].sort();
    kind.replaceChildren(...["", ...kinds].map((k) => make("option", { value: k, selected: k === only }, k || "anything")));
    const some = entries.filter((e) => (!only || e.kind === only) && (!word || `${e.kind} ${e.scenario} ${e.code} ${e.told}`.toLowerCase().includes(word)));
    counted.textContent = `${number(some.length)} of ${number(entries.length)}`;
    history.put(some.map((e) => ({
      key: `entry ${e.id}`, name: e.kind, class: e.status !== "done" && "hs-off",
      cells: [e.scenario, e.began, e.status, e.rows === null ? "" : number(e.rows), lasting(e.seconds), e.by],
      open: () => make("div", {}, make("div", { class: "hs-bar" }, make("span", { class: "hs-note" }, `${e.id} · ${e.told || e.status}`), make("span", { class: "hs-space" }), copyButton(() => e.code)), make("pre", {}, e.code)),
    })));
    ran.put(runs.map((r) => ({
      key: `run ${r.run}`, name: r.run, cells: [r.kind, r.scenario, r.status, r.rows === null ? "" : number(r.rows), r.began],
      open: () => make("div", { class: "hs-note" }, r.status === "interrupted" ? make("code", {}, `%hs resume ${r.run}`) : `made by version ${r.version}`, r.turns.length ? ` · checkpoints after ${r.turns.join(", ")} months` : ""),
    })));
  }

  // Rules.
  let rules = [];
  const findRule = searching("Search rules", (value) => later(() => filter("rules", { search: value })));
  const severity = select("Severity", [["", "error or warning"], ["error", "error"], ["warning", "warning"]], (value) => filter("rules", { severity: value }));
  const table = select("Table", [["", "any table"]], (value) => filter("rules", { table: value }));
  const ruled = make("span", { class: "hs-note", role: "status" });
  const listed = listing("Rules", [{ name: "rule" }, { name: "severity" }, { name: "table" }, { name: "confidence", right: true }, { name: "on" }]);
  function openRule(r) {
    const said = make("dl", {}, ...[["Source", r.source], ["Area", r.area], ["May fail elsewhere", r.may_fail]].filter(([, v]) => v).flatMap(([k, v]) => [make("dt", {}, k), make("dd", {}, v)]));
    if (!r.yours) return make("div", {}, said, make("pre", {}, r.sql), make("div", { class: "hs-note" }, "A rule that comes with the package: it can be switched off, and not changed."));
    const input = (name, attributes = {}) => make("input", { type: "text", value: r[name], "aria-label": `${name} of ${r.id}`, ...attributes });
    const protects = input("protects", { size: 60 }), source = input("source", { size: 30 }), confidence = input("confidence", { size: 5, inputmode: "decimal" });
    const strict = select(`severity of ${r.id}`, [["error", "error"], ["warning", "warning"]], () => {});
    strict.value = r.severity;
    const sql = make("textarea", { rows: 4, "aria-label": `SQL of ${r.id}` });
    sql.value = r.sql;
    return make("div", { class: "hs-edit" }, make("label", {}, "Protects", protects), make("label", {}, "Source", source), make("label", {}, "Confidence", confidence), make("label", {}, "Severity", strict), sql,
      make("button", { type: "button", class: "hs-main", onclick: () => send({ kind: "edit", id: r.id, protects: protects.value, source: source.value, confidence: confidence.value, severity: strict.value, sql: sql.value }) }, "Save"));
  }
  function drawRules() {
    const { search = "", severity: strict = "", table: of = "" } = state.rules ?? {}, word = search.toLowerCase();
    severity.value = strict;
    table.replaceChildren(...["", ...new Set(rules.map((r) => r.table).sort())].map((t) => make("option", { value: t, selected: t === of }, t || "any table")));
    const some = rules.filter((r) => (!strict || r.severity === strict) && (!of || r.table === of) && (!word || `${r.id} ${r.area} ${r.protects} ${r.source}`.toLowerCase().includes(word)));
    ruled.textContent = `${number(some.length)} of ${number(rules.length)} rules, ${number(some.filter((r) => r.on).length)} on`;
    listed.put(some.map((r) => {
      const box = make("input", { type: "checkbox", "aria-label": `Check ${r.id}`, onchange: () => send({ kind: "switch", id: r.id, on: box.checked }) });
      box.checked = r.on;
      return { key: `rule ${r.id}`, name: r.id, about: r.protects, class: !r.on && "hs-off", open: () => openRule(r), cells: [make("span", { class: `hs-${r.severity}` }, r.severity), r.table, number(r.confidence, 2), box] };
    }));
  }

  // All of it.
  const panels = [
    make("div", {}, make("div", { class: "hs-bar" }, find, tag, found), scenarios.element),
    make("div", {}, make("div", { class: "hs-bar" }, findEntry, kind, counted), history.element, make("details", {}, make("summary", {}, "Runs that made the rows"), ran.element)),
    make("div", {}, make("div", { class: "hs-bar" }, findRule, severity, table, ruled), listed.element),
  ];
  const said = make("div", { class: "hs-note", role: "status" }), problem = make("div", { class: "hs-wrong", role: "alert" });
  let ready = false;
  const views = tabs("Parts of the workspace", [{ name: "Scenarios", panel: panels[0] }, { name: "History", panel: panels[1] }, { name: "Rules", panel: panels[2] }], (_, i) => { if (ready) keep({ tab: i }); });
  el.classList.add("hs-widget", "hs-browse");
  el.dataset.lmSuppressShortcuts = "true"; // JupyterLab leaves the keyboard to the browser
  el.replaceChildren(make("div", { class: "hs-bar hs-head" }, make("strong", {}, model.get("label")), make("span", { class: "hs-space" }),
    make("button", { type: "button", onclick: () => send({ kind: "begin" }) }, "Refresh")), views.list, ...panels, problem, said);
  views.show(0);

  const hear = {
    state: (m) => {
      state = { ...state, ...m.state };
      uses = m.uses;
      find.value = state.search;
      findEntry.value = state.entries?.search ?? "";
      findRule.value = state.rules?.search ?? "";
      views.show(state.tab ?? 0);
      ready = true;
    },
    scenarios: drawScenarios,
    // Our own HTML, made in the kernel, in which everything that comes from data is escaped.
    card: (m) => { if (cards[m.name]) cards[m.name].innerHTML = m.html; },
    history: (m) => { entries = m.rows; runs = m.runs; drawHistory(); },
    rules: (m) => { rules = m.rows; drawRules(); el.dataset.rules = rules.length; },
    rule: (m) => { rules = rules.map((r) => (r.id === m.row.id ? m.row : r)); drawRules(); },
    said: (m) => { said.textContent = m.text; },
    problem: (m) => { problem.textContent = m.text; },
  };
  const heard = (message) => { if (message.kind !== "problem") problem.textContent = ""; hear[message.kind]?.(message); };
  model.on("msg:custom", heard);
  send({ kind: "begin" });
  return () => { model.off("msg:custom", heard); clearTimeout(timer); };
}

export default { render };
