// Pieces that our widgets share. Text from data is only ever textContent.

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((c) => c != null && c !== false));
  return element;
}

const number = (n, places = 0) => Number(n).toLocaleString("en-US", { maximumFractionDigits: places });
const percent = (share) => {
  const p = share * 100;
  return `${p > 0 && p < 0.5 ? "< 1" : number(p)} %`;
};
const bytes = (n) => (n >= 1e9 ? `${number(n / 1e9, 1)} GB` : n >= 1e6 ? `${number(n / 1e6)} MB` : `${number(n / 1e3)} KB`);
const lasting = (s) => (s < 10 ? `${number(s, 1)} s` : s < 90 ? `${number(s)} s` : s < 5400 ? `${number(s / 60)} min` : `${number(s / 3600, 1)} h`);
let serial = 0;
const fresh = (word) => `hs-${word}-${Math.random().toString(36).slice(2, 7)}-${++serial}`;

// A button that copies what `text()` returns.
function copyButton(text, said = "Copied") {
  const button = make("button", { type: "button", onclick: async () => {
    await navigator.clipboard.writeText(text());
    button.textContent = said;
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  } }, "Copy");
  return button;
}

// Several views of which one is seen: [{name, panel}].
function tabs(label, views, onchange = () => {}) {
  const ids = views.map(() => fresh("tab"));
  const buttons = views.map((view, i) => make("button", {
    type: "button", role: "tab", id: ids[i], "aria-controls": `${ids[i]}-panel`, onclick: () => show(i),
    onkeydown: (e) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
      if (!step) return;
      const next = (i + step + views.length) % views.length;
      show(next);
      buttons[next].focus();
      e.preventDefault();
      e.stopPropagation();
    },
  }, view.name));
  const list = make("div", { role: "tablist", "aria-label": label, class: "hs-tabs" }, ...buttons);
  views.forEach((view, i) => {
    view.panel.setAttribute("role", "tabpanel");
    view.panel.setAttribute("aria-labelledby", ids[i]);
    view.panel.id = `${ids[i]}-panel`;
  });
  function show(i) {
    buttons.forEach((b, j) => {
      b.setAttribute("aria-selected", i === j);
      b.tabIndex = i === j ? 0 : -1;
      views[j].panel.hidden = i !== j;
    });
    onchange(views[i], i);
  }
  return { list, show };
}

// A box to search and choose in. options: [{id, name, about, also}].
function picker({ label, placeholder, options, onpick, describe = null, most = 60 }) {
  const id = fresh("list");
  let shown = [], at = -1;
  const words = options.map((o) => [o.name, o.id, ...(o.also ?? []), o.about ?? ""].map((w) => w.toLowerCase()));
  const list = make("ul", { role: "listbox", id, "aria-label": label, hidden: true });
  const input = make("input", {
    type: "text", role: "combobox", "aria-label": label, "aria-expanded": "false", "aria-controls": id,
    "aria-autocomplete": "list", placeholder, autocomplete: "off", "aria-describedby": describe,
    oninput: () => open(), onfocus: () => open(), onclick: () => open(), onblur: () => setTimeout(close, 150),
    onkeydown: (e) => {
      if (e.key === "ArrowDown" || e.key === "ArrowUp") {
        if (list.hidden) open();
        move(at + (e.key === "ArrowDown" ? 1 : -1));
      } else if (e.key === "Enter" && !list.hidden && shown.length) pick(shown[Math.max(at, 0)]);
      else if (e.key === "Escape" && !list.hidden) close();
      else return;
      e.preventDefault();
      e.stopPropagation();
    },
  });
  // What begins with the word first, then what has it in its name, then the others.
  function found(word) {
    if (!word) return options.slice(0, most);
    const rank = (w) => (w[0].startsWith(word) || w[1].startsWith(word) ? 0 : w[0].includes(word) || w[1].includes(word) ? 1
      : w.slice(2).some((x) => x.includes(word)) ? 2 : 3);
    return options.map((o, i) => [rank(words[i]), i, o]).filter(([r]) => r < 3).sort((a, b) => a[0] - b[0] || a[1] - b[1]).slice(0, most).map(([, , o]) => o);
  }
  function open() {
    shown = found(input.dataset.kept === input.value ? "" : input.value.trim().toLowerCase());
    at = -1;
    list.replaceChildren(...shown.map((o, i) => make("li", {
      role: "option", id: `${id}-${i}`, "aria-selected": "false", onmousedown: (e) => { e.preventDefault(); pick(o); },
    }, make("span", {}, o.name), o.about && make("small", {}, o.about))));
    if (!shown.length) list.replaceChildren(make("li", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, "Nothing is called that"));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    input.removeAttribute("aria-activedescendant");
  }
  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }
  function move(to) {
    if (!shown.length) return;
    at = (to + shown.length) % shown.length;
    [...list.children].forEach((line, i) => line.setAttribute("aria-selected", i === at));
    list.children[at].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", `${id}-${at}`);
  }
  function pick(option) {
    close();
    onpick(option, input);
  }
  return { element: make("div", { class: "hs-picker" }, input, list), input };
}

// Chosen things as chips, each with a way to remove it, and a box to add more.
function chips({ label, placeholder, options, onchange, describe }) {
  const byId = Object.fromEntries(options.map((o) => [o.id, o]));
  let chosen = [];
  const box = make("div", { class: "hs-chips" });
  const find = picker({ label, placeholder, options, describe, onpick: (option, input) => {
    input.value = "";
    if (!chosen.includes(option.id)) { set([...chosen, option.id]); onchange(chosen); }
  } });
  function set(ids) {
    chosen = ids;
    box.replaceChildren(...ids.map((id) => make("button", {
      type: "button", class: "hs-chosen", "aria-label": `Remove ${byId[id]?.name ?? id}`, onclick: () => {
        set(chosen.filter((other) => other !== id));
        find.input.focus();
        find.input.dispatchEvent(new Event("blur"));
        onchange(chosen);
      },
    }, byId[id]?.name ?? id, make("span", { "aria-hidden": "true" }, " ×"))));
    box.hidden = !ids.length;
  }
  set([]);
  return { element: make("div", {}, box, find.element), set };
}

// Names with their shares as bars.
function bars(title, shares) {
  if (!shares?.length) return null;
  const most = Math.max(...shares.map(([, share]) => share));
  return make("div", { class: "hs-chart" }, make("div", { class: "hs-section" }, title),
    make("table", {}, make("tbody", {}, ...shares.map(([name, share]) => {
      const fill = make("div", {});
      fill.style.width = `${(100 * share) / most}%`;
      return make("tr", {}, make("th", { scope: "row", title: name }, name),
        make("td", { class: "hs-track", "aria-hidden": "true" }, fill), make("td", { class: "hs-right" }, percent(share)));
    }))));
}
