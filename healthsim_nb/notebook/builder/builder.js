// The form of the cohort builder. What it holds is the kernel's; here it is drawn and changed.

const WHOLE = 1000; // Shares are whole parts of this, so that their sum is exact.
const WAIT = 120; // Milliseconds in which changes gather.
const SEXES = [["", "As in the United States"], ["F", "Women only"], ["M", "Men only"], ["shares", "Shares of my own"]];

// Parts of `WHOLE` when one of them becomes `value`: the others keep their proportions.
function balanced(parts, name, value) {
  const others = Object.keys(parts).filter((other) => other !== name);
  if (!others.length) return { [name]: WHOLE };
  const left = WHOLE - value, sum = others.reduce((all, other) => all + parts[other], 0);
  const exact = others.map((other) => (sum ? (parts[other] / sum) * left : left / others.length));
  const whole = exact.map(Math.floor);
  const byRest = exact.map((x, i) => [x - whole[i], i]).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  const short = left - whole.reduce((all, w) => all + w, 0);
  for (let k = 0; k < short; k += 1) whole[byRest[k][1]] += 1;
  return Object.fromEntries(Object.keys(parts).map((key) => [key, key === name ? value : whole[others.indexOf(key)]]));
}
function inParts(shares) {
  const names = Object.keys(shares), parts = Object.fromEntries(names.map((n) => [n, Math.round(shares[n] * WHOLE)]));
  const off = WHOLE - names.reduce((all, n) => all + parts[n], 0);
  const largest = names.reduce((a, b) => (parts[b] > parts[a] ? b : a), names[0]);
  if (names.length) parts[largest] += off;
  return parts;
}

// Sliders of shares that always sum to 1.
function sliders(label, onchange) {
  const box = make("div", { role: "group", "aria-label": label, class: "hs-sliders" });
  let parts = {}, rows = {};
  function draw() {
    for (const [name, row] of Object.entries(rows)) {
      row.range.value = parts[name];
      row.range.setAttribute("aria-valuetext", `${number(parts[name] / 10, 1)} %`);
      if (document.activeElement !== row.typed) row.typed.value = parts[name] / 10;
    }
    box.dataset.sum = Object.values(parts).reduce((all, p) => all + p, 0) / WHOLE;
  }
  function put(name, value) {
    const whole = Math.min(WHOLE, Math.max(0, Math.round(value)));
    if (!Number.isFinite(whole)) return;
    parts = balanced(parts, name, whole);
    draw();
    onchange(Object.fromEntries(Object.entries(parts).map(([n, p]) => [n, p / WHOLE])));
  }
  function set(shares, names = {}) {
    const same = JSON.stringify(Object.keys(shares)) === JSON.stringify(Object.keys(parts));
    parts = inParts(shares);
    if (!same) {
      rows = Object.fromEntries(Object.keys(parts).map((name) => {
        const said = names[name] ?? name;
        const range = make("input", { type: "range", min: 0, max: WHOLE, step: 5, "aria-label": said, oninput: () => put(name, Number(range.value)) });
        const typed = make("input", { type: "number", min: 0, max: 100, step: 0.1, "aria-label": `${said}, percent`, onchange: () => { put(name, Number(typed.value) * 10); typed.value = parts[name] / 10; } });
        return [name, { range, typed, line: make("div", { class: "hs-slider" }, make("span", {}, said), range, typed, make("span", { "aria-hidden": "true" }, "%")) }];
      }));
      box.replaceChildren(...Object.values(rows).map((row) => row.line));
    }
    draw();
  }
  return { element: box, set };
}

// Ages by sex: women to the left, men to the right.
function pyramid(ages) {
  const most = Math.max(1, ...ages.flatMap(([, f, m]) => [f, m]));
  const all = ages.reduce((sum, [, f, m]) => sum + f + m, 0);
  const bar = (count, side) => {
    const fill = make("div", { class: side, title: `${number(count)}` });
    fill.style.width = `${(100 * count) / most}%`;
    return fill;
  };
  const said = ages.filter(([, f, m]) => f + m).map(([name, f, m]) => `${name}: ${percent(f / all)} women, ${percent(m / all)} men`).join("; ");
  return make("div", { class: "hs-chart" },
    make("div", { class: "hs-section" }, "Ages"),
    make("div", { class: "hs-pyramid", role: "img", "aria-label": `Ages by sex. ${said}` },
      make("span", { class: "hs-women" }, "women"), make("span", {}), make("span", {}, "men"),
      ...[...ages].reverse().flatMap(([name, f, m]) => [make("div", { class: "hs-left" }, bar(f, "hs-f")), make("span", {}, name), make("div", {}, bar(m, "hs-m"))])));
}

function render({ model, el }) {
  let state = null, changed = "", timer, running = false, code = {};
  const send = (message) => model.send(message);

  function change(field, what) {
    Object.assign(state, what);
    changed = field;
    el.setAttribute("aria-busy", "true");
    clearTimeout(timer);
    timer = setTimeout(() => send({ kind: "change", state, field }), WAIT);
  }

  // A field: its name, what is in it, and one line for what is wrong with it.
  const wrong = {}, parts = {};
  function field(key, name, element, focus = null) {
    const id = fresh("field");
    wrong[key] = make("div", { class: "hs-wrong", id: `${id}-wrong`, role: "status" });
    const inner = focus ?? (element.matches("input, select") ? element : null);
    if (inner) { inner.id = id; inner.setAttribute("aria-describedby", `${id}-wrong`); parts[key] = inner; }
    return make("div", { class: "hs-field", "data-field": key }, make("label", inner ? { for: id } : {}, name), make("div", {}, element, wrong[key]));
  }
  const typed = (value) => (value.trim() !== "" && Number.isFinite(Number(value)) ? Number(value) : value);
  const box = (key, attributes = {}) => make("input", { type: "text", ...attributes, oninput: (e) => change(key, { [key]: attributes.inputmode ? typed(e.target.value) : e.target.value }) });

  const built = make("div", {});
  el.classList.add("hs-widget", "hs-build");
  el.dataset.lmSuppressShortcuts = "true"; // JupyterLab leaves the keyboard to the form
  el.replaceChildren(built);

  let draw = () => {};
  function lay(choices) {
    const about = make("div", { class: "hs-note" });
    const template = picker({ label: "Template or request", placeholder: "search 60 templates, or say who in a sentence", options: choices.templates,
      onpick: (option, input) => { input.value = option.name; send({ kind: "fill", what: option.id }); } });
    template.input.addEventListener("change", () => { if (template.input.value !== template.input.dataset.kept) read(); });
    function read() {
      const text = template.input.value.trim();
      const known = choices.templates.find((t) => t.name === text || t.id === text);
      send({ kind: "fill", what: known ? known.id : text });
    }
    template.input.addEventListener("keydown", (e) => { if (e.key === "Enter") { template.input.blur(); template.input.focus(); e.stopPropagation(); } });

    const have = chips({ label: "Conditions that everyone has", placeholder: "add a condition", options: choices.conditions.map((c) => ({ ...c, about: "" })), onchange: (ids) => change("have", { have: ids }) });
    const without = chips({ label: "Conditions that nobody has", placeholder: "leave out a condition", options: [{ id: "chronic", name: "any chronic condition" }, ...choices.conditions.map((c) => ({ ...c, about: "" }))],
      onchange: (ids) => change("without", { without: ids.includes("chronic") ? ["chronic"] : ids }) });
    const low = make("input", { type: "text", inputmode: "numeric", size: 4, "aria-label": "Youngest, in years", oninput: () => change("ages", { ages: [typed(low.value), typed(high.value)] }) });
    const high = make("input", { type: "text", inputmode: "numeric", size: 4, "aria-label": "Oldest, in years", oninput: () => change("ages", { ages: [typed(low.value), typed(high.value)] }) });
    const sex = make("select", { onchange: () => {
      const to = { "": {}, F: { F: 100 }, M: { M: 100 }, shares: { F: 50, M: 50 } }[sex.value];
      change("sex", { sex: to });
      drawSex();
    } }, ...SEXES.map(([value, name]) => make("option", { value }, name)));
    const sexes = sliders("Shares of the sexes", (shares) => change("sex", { sex: Object.fromEntries(Object.entries(shares).map(([k, v]) => [k, Math.round(v * 1000) / 10])) }));
    function drawSex() {
      const both = Object.keys(state.sex).length > 1;
      sex.value = both ? "shares" : Object.keys(state.sex)[0] ?? "";
      sexes.element.hidden = !both;
      if (both) sexes.set(Object.fromEntries(["F", "M"].map((k) => [k, (state.sex[k] ?? 0) / 100])), { F: "women", M: "men" });
    }
    const race = chips({ label: "Race or ethnicity", placeholder: "any: add one", options: choices.races, onchange: (ids) => change("race", { race: ids }) });
    const states = chips({ label: "States", placeholder: "any: add one", options: choices.states, onchange: (ids) => change("states", { states: ids }) });
    const payers = chips({ label: "Payers", placeholder: "any: add one", options: choices.payers, onchange: (ids) => change("payers", { payers: ids }) });
    const mix = sliders("Mix", (shares) => change("mix", { mix: shares }));
    const of = make("select", { "aria-label": "Mix of which condition", onchange: () => change("mix", { mix_of: of.value, mix: {} }) });
    const able = Object.fromEntries(choices.conditions.filter((c) => c.degrees.length).map((c) => [c.id, c.name]));
    const mixed = make("fieldset", { "data-field": "mix" }, make("legend", {}, "Mix"), of, mix.element, wrong.mix = make("div", { class: "hs-wrong", role: "status" }));
    const n = box("n", { inputmode: "numeric", size: 10 }), months = box("months", { inputmode: "numeric", size: 6 });
    const seed = box("seed", { inputmode: "numeric", size: 10 }), start = box("start", { size: 11, placeholder: "2024-01-01" });
    const name = box("name", { placeholder: "from the request and the day" });
    const coverage = make("input", { type: "checkbox", onchange: () => change("coverage", { coverage: coverage.checked }) });

    const left = make("div", { class: "hs-form" },
      make("fieldset", {}, make("legend", {}, "Who"),
        field("what", "Template", template.element, template.input), about,
        field("have", "Everyone has", have.element), field("without", "Nobody has", without.element),
        field("ages", "Ages", make("div", { class: "hs-bar" }, low, make("span", {}, "to"), high)),
        field("sex", "Sex", make("div", {}, sex, sexes.element), sex),
        field("race", "Race", race.element), field("states", "Place", states.element), field("payers", "Payer", payers.element)),
      mixed,
      make("fieldset", {}, make("legend", {}, "Run"),
        make("div", { class: "hs-pairs" },
          field("n", "Patients", n), field("months", "Months", months), field("start", "First day", start), field("seed", "Seed", seed)),
        field("name", "Name", name),
        make("label", { class: "hs-check" }, coverage, "Health plans and claims, too")),
      wrong.all = make("div", { class: "hs-wrong", role: "status" }));

    draw = () => {
      const known = choices.templates.find((t) => t.id === state.what);
      if (document.activeElement !== template.input || !template.input.value) template.input.value = known?.name ?? state.what;
      template.input.dataset.kept = template.input.value;
      about.textContent = known?.about ?? (state.what ? "as a sentence" : "");
      have.set(state.have);
      without.set(state.without);
      const fill = (input, value) => { if (document.activeElement !== input) input.value = value; };
      fill(low, state.ages[0]);
      fill(high, state.ages[1]);
      drawSex();
      race.set(state.race);
      states.set(state.states);
      payers.set(state.payers);
      const levelled = state.have.filter((id) => able[id]);
      mixed.hidden = !levelled.length;
      mix.element.setAttribute("aria-label", `Mix of ${able[state.mix_of] ?? "levels"}`);
      of.replaceChildren(...["", ...levelled].filter((id) => id || levelled.length > 1).map((id) => make("option", { value: id, selected: id === state.mix_of }, able[id] ?? "as usual")));
      mix.set(state.mix);
      for (const [input, key] of [[n, "n"], [months, "months"], [seed, "seed"], [start, "start"], [name, "name"]]) fill(input, state[key]);
      coverage.checked = state.coverage;
    };
    built.replaceChildren(
      make("div", { class: "hs-bar hs-head" }, make("strong", {}, model.get("label"))),
      make("div", { class: "hs-two" }, left, make("div", { class: "hs-side" }, who, cost)),
      make("div", { class: "hs-code" }, views.list, ...panels, copier),
      make("div", { class: "hs-bar hs-do" }, go, cancel, bar, done));
  }

  // Who they will be, and what it takes.
  const who = make("section", { class: "hs-who", "aria-label": "Who they will be" }, make("div", { class: "hs-note" }, "Looking …"));
  const cost = make("section", { class: "hs-cost", "aria-label": "What it takes", "aria-live": "polite" });
  function drawWho(seen) {
    const [first, all] = [number(seen.patients), number(seen.of)];
    who.replaceChildren(
      make("div", { class: "hs-section" }, "Who they will be"),
      make("div", { class: "hs-note" }, seen.patients === seen.of ? `All ${all}, on the first day` : `The first ${first} of ${all}, on the first day`),
      make("div", { class: "hs-tiles" }, tile(number(seen.median_age), "median age"), tile(percent(seen.women), "women"), tile(percent(seen.conditions[0]?.[1] ?? 0), seen.conditions[0]?.[0] ?? "with a lasting condition")),
      make("div", { class: "hs-charts" },
        make("div", {}, pyramid(seen.ages), bars("Race", seen.race.slice(0, 5)), bars("Place", seen.states.slice(0, 3))),
        make("div", {}, bars("Conditions", seen.conditions.slice(0, 8)), bars("Mix", seen.degrees), bars("Payer", seen.payer))),
      (seen.among || []).length ? make("div", { class: "hs-note" }, `Among people like these those are looked for who had ${seen.among.join(" and ")}.`) : "",
      seen.later.length ? make("div", { class: "hs-note" }, `In the first months all get: ${seen.later.join(", ")}`) : "");
    el.dataset.seen = seen.patients;
    el.setAttribute("aria-busy", "false");
  }
  const tile = (value, name) => make("div", {}, make("strong", {}, value), make("span", { class: "hs-note", title: name }, name));
  function drawCost(m) {
    cost.replaceChildren(...(m === null ? [make("div", { class: "hs-note" }, "Measuring what it takes …")] : m.rows === undefined ? [make("div", { class: "hs-note" }, m.told)] : [
      make("div", { class: "hs-tiles" }, tile(`≈ ${number(m.rows)}`, "rows"), tile(`≈ ${lasting(m.seconds)}`, "to make"), tile(m.size === null ? "–" : `≈ ${bytes(m.size)}`, m.size === null ? "kept in memory" : "in the file")),
      make("div", { class: "hs-note" }, m.told)]));
    el.dataset.cost = m?.rows ?? "";
  }

  // The same as code.
  const panels = ["magic", "python", "yaml"].map((kind) => make("pre", { "data-code": kind, tabindex: "0" }));
  let seen = 0;
  const views = tabs("The same as code", [{ name: "%hs", panel: panels[0] }, { name: "Python", panel: panels[1] }, { name: "YAML", panel: panels[2] }], (_, i) => { seen = i; });
  const copier = copyButton(() => panels[seen].textContent);
  views.show(0);

  // Make it.
  const go = make("button", { type: "button", class: "hs-main", onclick: () => { run(true); done.textContent = ""; send({ kind: "generate" }); } }, "Generate");
  const cancel = make("button", { type: "button", hidden: true, onclick: () => { cancel.disabled = true; send({ kind: "cancel" }); } }, "Cancel");
  const bar = make("progress", { "aria-label": "How much is made", hidden: true, max: 1 });
  const done = make("span", { class: "hs-note", role: "status" });
  function run(on) {
    running = on;
    go.disabled = on;
    cancel.hidden = bar.hidden = !on;
    if (on) cancel.disabled = false; else go.focus({ preventScroll: true });
  }

  const hear = {
    choices: (m) => { lay(m.choices); if (m.running) run(true); },
    state: (m) => { state = m.state; draw(); },
    problems: (m) => {
      for (const [key, line] of Object.entries(wrong)) {
        line.textContent = m.problems[key] ?? "";
        if (parts[key]) { if (m.problems[key]) parts[key].setAttribute("aria-invalid", "true"); else parts[key].removeAttribute("aria-invalid"); }
      }
      const bad = Object.keys(m.problems).length > 0;
      el.dataset.wrong = Object.keys(m.problems).join(" ");
      go.disabled = bad || running;
      if (bad) el.setAttribute("aria-busy", "false");
      el.classList.toggle("hs-bad", bad);
    },
    code: (m) => { code = m.code; panels.forEach((p) => { p.textContent = code[p.dataset.code]; }); drawCost(null); },
    preview: (m) => drawWho(m.preview),
    cost: drawCost,
    progress: (m) => {
      if (!running) run(true);
      if (m.of && m.done) { bar.max = m.of; bar.value = Math.min(m.done, m.of); } else bar.removeAttribute("value");
      done.textContent = m.told;
    },
    ended: (m) => {
      run(false);
      done.className = m.failed ? "hs-wrong" : "hs-note";
      done.replaceChildren(...(m.made ? [make("strong", {}, m.made), ` ${m.told}`] : [m.told]));
      el.dataset.made = m.made ?? "";
    },
  };
  const heard = (message) => hear[message.kind]?.(message);
  model.on("msg:custom", heard);
  send({ kind: "begin" });
  return () => { model.off("msg:custom", heard); clearTimeout(timer); };
}

export default { render };
